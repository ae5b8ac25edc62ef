-- One access.
INSERT INTO access_event (idx, entry, sort, kind, account, method, recorded, told) VALUES (?, ?, ?, ?, ?, ?, ?, ?);
