-- What engines were seen to be until a moment, in the first :size entries, in the order of the book.
SELECT idx, entry, source, upstream, seen_at, cause, product, build, models
FROM engine_sighting
WHERE idx < :size AND seen_at < :until
ORDER BY idx;
