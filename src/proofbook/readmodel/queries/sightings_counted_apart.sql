-- What engines were seen to be in [:since, :until), within :size entries.
SELECT count(*) FROM engine_sighting WHERE idx < :size AND seen_at >= :since AND seen_at < :until;
