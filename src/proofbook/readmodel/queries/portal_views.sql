-- Looks before a position, the newest first.
SELECT idx, entry, recorded, session, account, engagement, page, subjects, status
FROM portal_view
WHERE idx < :before
ORDER BY idx DESC
LIMIT :limit;
