-- A request's newest version takes the place of the one before.
INSERT OR REPLACE INTO request_head (id, engagement, counting_key, state, owner, idx) VALUES (?, ?, ?, ?, ?, ?);
