-- settle_decision
-- The newest decision signed about the version in entry ?1, and about the one that sign-off ?2 spoke of before. Those who only
-- note, prepared it or looked on decide nothing.
UPDATE document_head SET (decision, decided_by, decided_in) = (
  SELECT signed.state, signed.actor, signed.id
  FROM document_reference AS pointing
  JOIN document_head AS signed ON signed.kind = 'sign_off' AND signed.id = pointing.from_id
  JOIN document_version AS said ON said.idx = signed.idx
  WHERE pointing.to_kind = 'entry' AND pointing.to_id = document_head.entry AND pointing.from_kind = 'sign_off'
    AND signed.state <> 'noted' AND json_extract(said.body, '$.role') IN ('reviewer', 'approver', 'owner')
  ORDER BY pointing.idx DESC LIMIT 1
)
WHERE entry = ?1 OR (decided_in = ?2 AND entry <> ?1);
