-- Open exchanges of kept days, by system, artifact and binding: how many, the first, the last.
SELECT system, artifact, binding, 'open', count(*), min(occurred), max(occurred)
FROM exchange INDEXED BY exchange_open
WHERE state = 'open'
  AND idx < :size
  AND substr(occurred, 1, 10) >= :first
  AND substr(occurred, 1, 10) < :beyond
  AND substr(occurred, 1, 10) NOT IN (SELECT value FROM json_each(:without))
GROUP BY system, artifact, binding;
