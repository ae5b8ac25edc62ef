-- The newest version of records among those recorded at or before :as_of, by kind and id, of one kind where :kind is given: the
-- first :limit behind the record (:after_kind, :after_id). Walks the index on (kind, id) no further than the page.
SELECT d.idx, d.entry, d.kind, d.id, d.version, d.occurred, d.recorded, d.actor, d.actor_kind, d.method, d.source, d.assurance,
  d.supersedes, d.body
FROM (
  SELECT kind, id, max(idx) AS newest FROM document_version
  WHERE (kind, id) > (:after_kind, :after_id) AND (:kind IS NULL OR kind <= :kind) AND recorded <= :as_of
  GROUP BY kind, id
  ORDER BY kind, id
  LIMIT :limit
) AS page
JOIN document_version AS d ON d.idx = page.newest
ORDER BY d.kind, d.id;
