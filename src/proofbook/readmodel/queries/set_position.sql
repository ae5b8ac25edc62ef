INSERT OR REPLACE INTO position (one, schema, origin, next_index, last_leaf) VALUES (1, ?, ?, ?, ?);
