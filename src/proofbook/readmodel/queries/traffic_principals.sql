-- Who called in a stretch of time, by system and how they were identified, in the first :size entries: how many, the first, the last.
SELECT system, principal, principal_kind, principal_method, principal_key, count(*), min(occurred), max(occurred)
FROM exchange
WHERE occurred >= :since AND occurred < :until AND idx < :size AND refused = 0
GROUP BY system, principal, principal_kind, principal_method, principal_key
ORDER BY system, principal, principal_key;
