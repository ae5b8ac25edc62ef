-- Events of a kind in one engagement, newest first, behind a position.
SELECT idx, entry, kind, about, engagement, occurred, recorded, actor, body
FROM fieldwork_event
WHERE kind = :kind AND engagement = :engagement AND idx < :before
ORDER BY idx DESC
LIMIT :limit;
