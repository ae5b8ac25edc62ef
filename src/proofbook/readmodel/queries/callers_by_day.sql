-- Who called on kept days, by system and how they were identified: how many, the first, the last.
SELECT
  nullif(system, ''), principal, principal_kind, principal_method, nullif(principal_key, ''), sum(exchanges), min(first), max(last)
FROM caller_day
WHERE day >= :first AND day < :beyond AND day NOT IN (SELECT value FROM json_each(:without))
GROUP BY system, principal, principal_kind, principal_method, principal_key;
