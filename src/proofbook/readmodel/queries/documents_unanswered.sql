-- Newest versions of a kind whose id no record of another kind has yet, in the order of their ids: what waits for an answer.
SELECT v.idx, v.entry, v.kind, v.id, v.version, v.occurred, v.recorded, v.actor, v.actor_kind, v.method, v.source, v.assurance,
  v.supersedes, v.body
FROM document_head AS head
JOIN document_version AS v ON v.idx = head.idx
WHERE head.kind = :kind
  AND NOT EXISTS (SELECT 1 FROM document_head AS answer WHERE answer.kind = :answered_by AND answer.id = head.id)
ORDER BY head.id;
