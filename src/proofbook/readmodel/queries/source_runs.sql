-- Runs of one source, newest first.
SELECT idx, source, run, program, version, config, started, previous_end, stopped_idx, stopped, stop_reason
FROM source_run
WHERE source = :source
ORDER BY idx DESC
LIMIT :limit;
