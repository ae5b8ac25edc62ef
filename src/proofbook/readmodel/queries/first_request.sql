-- Where the first request with this exchange id stands, and its state.
SELECT idx, state FROM exchange
WHERE exchange = :exchange
  AND refused = 0
ORDER BY idx
LIMIT 1;
