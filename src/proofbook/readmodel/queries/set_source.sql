INSERT OR REPLACE INTO source (
  source, assurance, entries, last_seq, last_idx, first_recorded, last_recorded, last_heartbeat
) VALUES (?, ?, ?, ?, ?, ?, ?, ?);
