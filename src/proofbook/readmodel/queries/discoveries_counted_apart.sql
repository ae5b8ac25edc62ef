-- Looks at machines that ended in [:since, :until), within :size entries.
SELECT count(*) FROM discovery WHERE idx < :size AND ended >= :since AND ended < :until;
