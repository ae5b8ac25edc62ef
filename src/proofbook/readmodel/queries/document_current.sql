-- The newest version of one record among those recorded at or before :as_of.
SELECT idx, entry, kind, id, version, occurred, recorded, actor, actor_kind, method, source, assurance, supersedes, body
FROM document_version
WHERE kind = :kind AND id = :id AND recorded <= :as_of
ORDER BY idx DESC
LIMIT 1;
