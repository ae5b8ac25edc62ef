-- What happened to one sample, run, note or receipt, or which exports of a population there are, oldest first.
SELECT idx, entry, kind, about, engagement, occurred, recorded, actor, body
FROM fieldwork_event
WHERE kind = :kind AND about = :about
ORDER BY idx;
