-- One change in what an engine was seen to be.
INSERT INTO engine_sighting (idx, entry, source, upstream, seen_at, cause, product, build, models) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?);
