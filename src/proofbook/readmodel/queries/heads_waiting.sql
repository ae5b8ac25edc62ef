-- heads_waiting
-- Newest versions of the records of a kind about which nothing was decided yet, the last changed first, behind :before.
SELECT kind, id, idx, entry, version, title, state, blanks, occurred, recorded, actor, decision, decided_by
FROM document_head
WHERE kind = :kind AND idx < :before AND decision IS NULL
ORDER BY idx DESC
LIMIT :limit;
