-- kinds_pointing
-- Kinds of record that point to something.
SELECT DISTINCT from_kind FROM document_reference WHERE to_kind = :kind AND to_id = :id ORDER BY from_kind;
