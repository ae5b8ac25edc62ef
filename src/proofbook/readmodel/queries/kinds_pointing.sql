-- kinds_pointing
-- Kinds of record that point to something. Steps from kind to kind in the index, however many records of each there are.
WITH RECURSIVE pointing(kind) AS (
  SELECT min(from_kind) FROM document_reference WHERE to_kind = :kind AND to_id = :id
  UNION ALL
  SELECT (
    SELECT min(from_kind) FROM document_reference WHERE to_kind = :kind AND to_id = :id AND from_kind > pointing.kind
  )
  FROM pointing WHERE pointing.kind IS NOT NULL
)
SELECT kind FROM pointing WHERE kind IS NOT NULL;
