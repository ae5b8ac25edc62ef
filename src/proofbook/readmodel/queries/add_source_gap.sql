INSERT INTO source_gap (idx, source, since, until, reason, detail) VALUES (?, ?, ?, ?, ?, ?);
