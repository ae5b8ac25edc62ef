INSERT INTO collection (idx, collector, started, ended, found, unchanged, skipped_total)
VALUES (?, ?, ?, ?, ?, ?, ?);
