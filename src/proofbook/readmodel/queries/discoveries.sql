-- Looks at the machine in the first :size entries, oldest first.
SELECT idx, entry, recorded, host, started, ended, engines, differences, body
FROM discovery
WHERE idx < :size
ORDER BY idx;
