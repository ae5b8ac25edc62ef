-- On which days exchanges occurred, how many, between which positions, and the most of each measure; oldest first.
SELECT day, exchanges, first_idx, last_idx, touched, tokens_max, latency_max, bytes_max FROM exchange_day
WHERE day >= :first AND day <= :last
ORDER BY day;
