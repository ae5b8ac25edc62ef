-- add_reference
-- One thing that a version points to, unless a newer version of its record is known already.
INSERT OR IGNORE INTO document_reference (to_kind, to_id, from_kind, from_id, field, idx)
SELECT ?1, ?2, ?3, ?4, ?5, ?6
WHERE NOT EXISTS (SELECT 1 FROM document_version WHERE kind = ?3 AND id = ?4 AND idx > ?6);
