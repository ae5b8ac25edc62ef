-- head_of
SELECT kind, id, idx, entry, version, title, state, blanks, occurred, recorded, actor, decision, decided_by
FROM document_head
WHERE kind = :kind AND id = :id;
