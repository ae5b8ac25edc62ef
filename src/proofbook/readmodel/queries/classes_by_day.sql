-- Classes found on kept days, by system, class and side: exchanges and spans.
SELECT system, class, side, sum(exchanges), sum(spans)
FROM class_day
WHERE day >= :first AND day < :beyond AND day NOT IN (SELECT value FROM json_each(:without))
  AND (:system IS NULL OR system = :system)
GROUP BY system, class, side
HAVING sum(exchanges) > 0;
