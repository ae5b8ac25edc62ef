-- Recorded gaps of one source, or of all, newest first.
SELECT idx, source, since, until, reason, detail
FROM source_gap
WHERE (:source IS NULL OR source = :source)
ORDER BY idx DESC
LIMIT :limit;
