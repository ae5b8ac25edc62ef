INSERT INTO source_run (
  idx, source, run, program, version, config, started, previous_end
) VALUES (?, ?, ?, ?, ?, ?, ?, ?);
