-- record_files
-- Files sealed with a record, newest first.
SELECT idx, entry, name, sha256, bytes, recorded, actor, conversation, commitment FROM record_file
WHERE kind = :kind AND id = :id
ORDER BY idx DESC LIMIT 500;
