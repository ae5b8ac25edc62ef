INSERT INTO class_count (idx, side, class, spans) VALUES (?, ?, ?, ?);
