-- The settings that a program loaded.
INSERT INTO config_loaded (idx, entry, recorded, program, settings)
VALUES (?, ?, ?, ?, ?);
