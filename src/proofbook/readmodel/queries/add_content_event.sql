INSERT INTO content_event (idx, kind, conversation, recorded, reason) VALUES (?, ?, ?, ?, ?);
