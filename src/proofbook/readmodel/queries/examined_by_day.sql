-- What was examined of kept days: by system, rule set, state of the request and of the response.
SELECT system, rule_set, looked_for, request_state, response_state, sum(exchanges), sum(bytes)
FROM examined_day
WHERE day >= :first AND day < :beyond AND day NOT IN (SELECT value FROM json_each(:without))
  AND (:system IS NULL OR system = :system)
GROUP BY system, rule_set, looked_for, request_state, response_state
HAVING sum(exchanges) > 0;
