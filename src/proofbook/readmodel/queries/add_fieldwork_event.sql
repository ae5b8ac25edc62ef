-- Something was handed over, drawn, watched, noted or taken away.
INSERT INTO fieldwork_event (idx, entry, kind, about, engagement, occurred, recorded, actor, body)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?);
