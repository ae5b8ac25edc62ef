-- add_record_file
INSERT INTO record_file (idx, entry, kind, id, name, sha256, bytes, recorded, actor, conversation, commitment)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11);
