-- The version that one entry holds.
SELECT idx, entry, kind, id, version, occurred, recorded, actor, actor_kind, method, source, assurance, supersedes, body
FROM document_version
WHERE entry = :entry;
