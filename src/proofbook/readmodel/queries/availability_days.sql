-- How the exchanges of one system ended on each UTC day from :first to :last, refusals left out.
SELECT day, state, sum(exchanges)
FROM served_day
WHERE system = :system AND day >= :first AND day <= :last AND state NOT IN ('denied', 'refused')
GROUP BY day, state
ORDER BY day;
