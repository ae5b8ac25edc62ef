INSERT INTO stray_response (idx, entry, exchange) VALUES (?, ?, ?);
