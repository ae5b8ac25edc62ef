-- Days in which an entry at or behind a size changed something that is counted; oldest first.
SELECT day FROM exchange_day
WHERE day >= :first AND day < :beyond AND touched >= :size
ORDER BY day;
