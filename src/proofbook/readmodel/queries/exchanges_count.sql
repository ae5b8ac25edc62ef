-- How many requests or refusals occurred in an interval, up to a size of the book; :protocols is a JSON array or null.
SELECT count(*) FROM exchange
WHERE refused = :refused
  AND idx < :size
  AND occurred >= :since
  AND occurred < :until
  AND (:protocols IS NULL OR protocol IN (SELECT value FROM json_each(:protocols)))
  AND (:systems IS NULL OR system IN (SELECT value FROM json_each(:systems)) OR (:refused = 1 AND system IS NULL));
