-- What was let pass in a stretch of time although something was lacking, in the first :size entries: by system, flag, caller and
-- artifact, how many, the first, the last.
SELECT
  system, lack.value AS flag, principal, principal_kind, principal_key, artifact, count(*), min(occurred), max(occurred)
FROM exchange, json_each(exchange.flags) AS lack
WHERE flags IS NOT NULL AND occurred >= :since AND occurred < :until AND idx < :size
GROUP BY system, lack.value, principal, principal_kind, principal_key, artifact
ORDER BY system, lack.value, principal, principal_key, artifact;
