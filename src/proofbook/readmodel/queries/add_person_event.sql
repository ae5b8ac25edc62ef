-- One event about people.
INSERT INTO person_event (idx, entry, kind, account, session, recorded, actor, actor_kind, method, source, body)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
