-- The newest version of every sign-off that names a version of one record, in book order.
SELECT idx, entry, kind, id, version, occurred, recorded, actor, actor_kind, method, source, assurance, supersedes, body
FROM document_version AS signed
WHERE kind = 'sign_off'
  AND json_extract(body, '$.of_kind') = :kind AND json_extract(body, '$.of_id') = :id
  AND NOT EXISTS (SELECT 1 FROM document_version AS later WHERE later.kind = 'sign_off' AND later.id = signed.id AND later.idx > signed.idx)
ORDER BY idx;
