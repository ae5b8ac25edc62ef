-- Every version of one record, oldest first.
SELECT idx, entry, kind, id, version, occurred, recorded, actor, actor_kind, method, source, assurance, supersedes, body
FROM document_version
WHERE kind = :kind AND id = :id
ORDER BY idx;
