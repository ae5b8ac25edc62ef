-- What was let pass on kept days although something was lacking, by system, flag, caller and artifact: how many, the first, the last.
SELECT
  nullif(system, ''), flag, principal, principal_kind, nullif(principal_key, ''), nullif(artifact, ''), sum(exchanges), min(first),
  max(last)
FROM flag_day
WHERE day >= :first AND day < :beyond AND day NOT IN (SELECT value FROM json_each(:without))
GROUP BY system, flag, principal, principal_kind, principal_key, artifact;
