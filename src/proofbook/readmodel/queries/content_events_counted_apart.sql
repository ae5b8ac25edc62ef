-- Erasures, holds and releases recorded in [:since, :until), within :size entries; :kinds is a JSON array.
SELECT count(*) FROM content_event
WHERE idx < :size AND recorded >= :since AND recorded < :until AND kind IN (SELECT value FROM json_each(:kinds));
