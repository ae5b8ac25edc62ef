-- The newest versions of records that were recorded at or after :since, newest first. Walks back from the end of the book.
SELECT idx, entry, kind, id, version, occurred, recorded, actor, actor_kind, method, source, assurance, supersedes, body
FROM document_version
WHERE recorded >= :since
ORDER BY idx DESC
LIMIT :limit;
