-- Exchanges of a stretch of time by system, artifact, binding and state, as the first :size entries tell it: how many, the first,
-- the last. One whose response came later was open then.
SELECT
  system, artifact, binding, iif(response_idx >= :size, 'open', state) AS ended, count(*), min(occurred), max(occurred)
FROM exchange
WHERE occurred >= :since AND occurred < :until AND idx < :size
GROUP BY system, artifact, binding, ended
ORDER BY system, artifact, binding, ended;
