-- Why content of a stretch of time was not examined: by system and reason, exchanges and parts.
SELECT one.system, missing.value ->> 'reason' AS why, count(DISTINCT one.idx), sum(missing.value ->> 'parts')
FROM exchange AS one
  JOIN classification AS latest ON latest.idx = (
    SELECT max(other.idx) FROM classification AS other WHERE other.exchange = one.exchange AND other.idx < :size
  )
  JOIN json_each(json_array(json(latest.request_missing), json(latest.response_missing))) AS side
  JOIN json_each(side.value) AS missing
WHERE one.refused = 0
  AND one.idx < :size
  AND one.occurred >= :since
  AND one.occurred < :until
  AND (:system IS NULL OR one.system = :system)
GROUP BY one.system, why
ORDER BY one.system, why;
