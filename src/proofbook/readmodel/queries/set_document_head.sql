-- set_document_head
-- A record's newest version takes the place of the one before; nothing is signed about it yet.
INSERT OR REPLACE INTO document_head (kind, id, idx, entry, version, title, state, blanks, occurred, recorded, actor)
VALUES (
  ?1, ?2, ?3, ?4,
  coalesce((SELECT version FROM document_version WHERE idx = ?3), 1),
  ?5, ?6, ?7, ?8, ?9, ?10
);
