-- Ended exchanges and refusals of kept days, by system, artifact, binding and state: how many, the first, the last.
SELECT
  nullif(system, ''), nullif(artifact, ''), nullif(binding, ''), state, sum(exchanges), min(first), max(last)
FROM served_day
WHERE day >= :first AND day < :beyond AND day NOT IN (SELECT value FROM json_each(:without))
GROUP BY system, artifact, binding, state;
