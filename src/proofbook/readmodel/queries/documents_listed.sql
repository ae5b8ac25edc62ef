-- The newest version of every record among those recorded at or before :as_of, by kind and id; of one kind where :kind is given.
SELECT idx, entry, kind, id, version, occurred, recorded, actor, actor_kind, method, source, assurance, supersedes, body
FROM document_version
WHERE idx IN (
  SELECT max(idx) FROM document_version
  WHERE recorded <= :as_of AND (:kind IS NULL OR kind = :kind)
  GROUP BY kind, id
)
ORDER BY kind, id;
