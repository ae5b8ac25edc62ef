-- The newest look of each collector.
SELECT idx, collector, started, ended, found, unchanged, skipped_total
FROM collection
WHERE idx IN (SELECT max(idx) FROM collection GROUP BY collector)
ORDER BY collector;
