-- heads_page
-- Newest versions of the records of a kind, the last changed first, behind the position :before. What is not narrowed is NULL.
SELECT kind, id, idx, entry, version, title, state, blanks, occurred, recorded, actor, decision, decided_by
FROM document_head
WHERE kind = :kind AND idx < :before
  AND (:state IS NULL OR state = :state)
  AND (:actor IS NULL OR actor = :actor)
  AND (:words IS NULL OR instr(lower(title), :words) > 0 OR instr(id, :words) > 0)
  AND (:blanks IS NULL OR (blanks > 0) = :blanks)
  AND (:decision IS NULL OR coalesce(decision, 'none') = :decision)
ORDER BY idx DESC
LIMIT :limit;
