-- Days in which an entry at or behind a size changed something that is counted, and of which the book held something by then.
SELECT day FROM exchange_day
WHERE day >= :first AND day < :beyond AND touched >= :size AND first_idx < :size
ORDER BY day;
