-- One more version of a kept record; versions of a kind and id count from 1.
INSERT INTO document_version (
  idx, entry, kind, id, version, occurred, recorded, actor, actor_kind, method, source, assurance, supersedes, body
) VALUES (
  ?1, ?2, ?3, ?4,
  1 + coalesce((SELECT version FROM document_version WHERE kind = ?3 AND id = ?4 ORDER BY idx DESC LIMIT 1), 0),
  ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13
);
