-- Gaps of recorders that began in [:since, :until), within :size entries.
SELECT count(*) FROM source_gap WHERE idx < :size AND since >= :since AND since < :until;
