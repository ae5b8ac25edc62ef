-- Looks at content recorded in an interval, within :size entries; :systems is a JSON array or null.
SELECT count(*) FROM classification
WHERE idx < :size
  AND recorded >= :since
  AND recorded < :until
  AND (:systems IS NULL OR EXISTS (
    SELECT 1 FROM exchange
    WHERE exchange.exchange = classification.exchange AND system IN (SELECT value FROM json_each(:systems))
  ));
