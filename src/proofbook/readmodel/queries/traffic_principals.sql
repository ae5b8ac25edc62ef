-- Who called in a stretch of time, by system and how they were identified: how many, the first, the last.
SELECT system, principal, principal_kind, principal_method, principal_key, count(*), min(occurred), max(occurred)
FROM exchange
WHERE occurred >= :since AND occurred < :until AND recorded <= :as_of AND refused = 0
GROUP BY system, principal, principal_kind, principal_method, principal_key
ORDER BY system, principal, principal_key;
