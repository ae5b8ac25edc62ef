-- What a rule turned away on kept days, by system, caller and reason: how many, the first, the last.
SELECT nullif(system, ''), principal, principal_kind, reason, sum(attempts), min(first), max(last)
FROM denied_day
WHERE day >= :first AND day < :beyond AND day NOT IN (SELECT value FROM json_each(:without))
GROUP BY system, principal, principal_kind, reason;
