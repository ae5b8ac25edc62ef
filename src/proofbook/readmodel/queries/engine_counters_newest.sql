-- The newest look at the counters of one engine.
SELECT idx, entry, address, upstreams, product, build, asked, answered, status, reason, process_start, counters
FROM engine_counters
WHERE address = :address
ORDER BY idx DESC
LIMIT 1;
