-- Every version of every record recorded at or before :as_of, in book order; of one kind where :kind is given.
SELECT idx, entry, kind, id, version, occurred, recorded, actor, actor_kind, method, source, assurance, supersedes, body
FROM document_version
WHERE recorded <= :as_of AND (:kind IS NULL OR kind = :kind)
ORDER BY idx;
