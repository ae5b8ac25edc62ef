-- What was examined of the exchanges of a stretch of time: by system, rule set, state of the request and of the response; null where
-- an exchange was not classified.
SELECT
  one.system, latest.rule_set, latest.looked_for, latest.request_state, latest.response_state, count(*),
  sum(coalesce(latest.request_bytes, 0) + coalesce(latest.response_bytes, 0))
FROM exchange AS one
  LEFT JOIN classification AS latest ON latest.idx = (
    SELECT max(other.idx) FROM classification AS other WHERE other.exchange = one.exchange AND other.idx < :size
  )
WHERE one.refused = 0
  AND one.idx < :size
  AND one.occurred >= :since
  AND one.occurred < :until
  AND (:system IS NULL OR one.system = :system)
GROUP BY one.system, latest.rule_set, latest.looked_for, latest.request_state, latest.response_state
ORDER BY one.system, latest.rule_set, latest.looked_for, latest.request_state, latest.response_state;
