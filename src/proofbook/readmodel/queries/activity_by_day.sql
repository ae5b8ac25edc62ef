-- How many requests and refusals occurred on each day from :first up to :beyond.
SELECT day, exchanges FROM exchange_day
WHERE day >= :first AND day < :beyond
ORDER BY day;
