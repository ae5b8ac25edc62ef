-- The run that a source.stopped entry ends.
UPDATE source_run SET stopped_idx = ?, stopped = ?, stop_reason = ?
WHERE source = ?
  AND run = ?
  AND stopped_idx IS NULL;
