-- One look at the machine.
INSERT INTO discovery (idx, entry, recorded, host, started, ended, engines, differences, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?);
