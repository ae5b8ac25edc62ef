-- Looks at the engines' own counters in a stretch of time, in the first :size entries, by engine, in the order of the book.
SELECT idx, entry, address, upstreams, product, build, asked, answered, status, reason, process_start, counters
FROM engine_counters
WHERE idx < :size AND asked >= :since AND answered < :until
ORDER BY address, idx;
