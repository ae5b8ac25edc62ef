-- Exchanges of a stretch of time by system, artifact, binding and state: how many, the first, the last.
SELECT system, artifact, binding, state, count(*), min(occurred), max(occurred)
FROM exchange
WHERE occurred >= :since AND occurred < :until AND recorded <= :as_of
GROUP BY system, artifact, binding, state
ORDER BY system, artifact, binding, state;
