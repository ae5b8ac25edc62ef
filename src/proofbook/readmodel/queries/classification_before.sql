-- The newest classification of one exchange that stands before an entry.
SELECT idx, rule_set, looked_for, request_state, request_bytes, response_state, response_bytes
FROM classification
WHERE exchange = :exchange
  AND idx < :before
ORDER BY idx DESC
LIMIT 1;
