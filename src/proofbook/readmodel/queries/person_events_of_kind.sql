-- Events of one kind before a position, the newest first.
SELECT idx, entry, kind, account, session, recorded, actor, actor_kind, method, source, body
FROM person_event
WHERE kind = :kind AND idx < :before
ORDER BY idx DESC
LIMIT :limit;
