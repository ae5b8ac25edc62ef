-- The newest classification of one exchange.
SELECT
  idx, entry, exchange, recorded, rule_set, looked_for, made_by, request_state, request_bytes, request_missing, response_state,
  response_bytes, response_missing
FROM classification
WHERE exchange = :exchange
ORDER BY idx DESC
LIMIT 1;
