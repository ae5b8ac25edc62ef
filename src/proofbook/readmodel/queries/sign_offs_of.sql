-- sign_offs_of
-- The newest version of every sign-off that names a version of one record, in book order.
SELECT signed.idx, signed.entry, signed.kind, signed.id, signed.version, signed.occurred, signed.recorded, signed.actor,
  signed.actor_kind, signed.method, signed.source, signed.assurance, signed.supersedes, signed.body
FROM document_reference AS pointing
JOIN document_version AS signed ON signed.idx = pointing.idx
WHERE pointing.to_kind = :kind AND pointing.to_id = :id AND pointing.from_kind = 'sign_off' AND pointing.field = 'of_id'
ORDER BY signed.idx;
