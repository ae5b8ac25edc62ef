-- pointing_to
-- Records of one kind that point to something, the last changed first, behind :before.
SELECT pointing.field, head.kind, head.id, head.idx, head.entry, head.version, head.title, head.state, head.blanks, head.occurred,
  head.recorded, head.actor, head.decision, head.decided_by
FROM document_reference AS pointing
JOIN document_head AS head ON head.kind = pointing.from_kind AND head.id = pointing.from_id
WHERE pointing.to_kind = :kind AND pointing.to_id = :id AND pointing.from_kind = :from_kind AND pointing.idx < :before
ORDER BY pointing.idx DESC
LIMIT :limit;
