-- What a rule turned away in a stretch of time, in the first :size entries: by system, caller and reason, how many, the first, the
-- last. One entry may stand for several refusals.
SELECT system, principal, principal_kind, reason, sum(refusals), min(occurred), max(occurred)
FROM exchange
WHERE refused = 1 AND state = 'denied' AND occurred >= :since AND occurred < :until AND idx < :size
GROUP BY system, principal, principal_kind, reason
ORDER BY system, principal, reason;
