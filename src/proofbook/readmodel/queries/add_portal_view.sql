-- One look at a page.
INSERT INTO portal_view (idx, entry, recorded, session, account, engagement, page, subjects, status) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?);
