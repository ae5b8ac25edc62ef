-- Requests of kept days, by system.
SELECT system, sum(exchanges)
FROM caller_day
WHERE day >= :first AND day < :beyond AND day NOT IN (SELECT value FROM json_each(:without))
  AND (:system IS NULL OR system = :system)
GROUP BY system;
