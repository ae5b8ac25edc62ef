-- On which days a value occurred, how often, and between which positions; oldest first.
SELECT day, exchanges, first_idx, last_idx FROM facet_day
WHERE facet = :facet AND value = :value AND day >= :first AND day <= :last
ORDER BY day;
