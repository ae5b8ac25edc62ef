-- Exchanges of a stretch of time in which a class was found, by system, class and side: how many, and how many spans, by the newest
-- classification within the first :size entries.
SELECT one.system, found.class, found.side, count(*), sum(found.spans)
FROM exchange AS one
  JOIN classification AS latest ON latest.idx = (
    SELECT max(other.idx) FROM classification AS other WHERE other.exchange = one.exchange AND other.idx < :size
  )
  JOIN class_count AS found ON found.idx = latest.idx
WHERE one.refused = 0
  AND one.idx < :size
  AND one.occurred >= :since
  AND one.occurred < :until
  AND (:system IS NULL OR one.system = :system)
GROUP BY one.system, found.class, found.side
ORDER BY one.system, found.class, found.side;
