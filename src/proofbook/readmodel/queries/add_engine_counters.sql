-- One look at an engine's own counters.
INSERT INTO engine_counters (
  idx, entry, address, upstreams, product, build, asked, answered, status, reason, process_start, counters
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
