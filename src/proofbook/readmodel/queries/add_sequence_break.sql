INSERT INTO sequence_break (idx, source, expected, found) VALUES (?, ?, ?, ?);
