-- Looks of those who are confined to one engagement before a position, the newest first.
SELECT idx, entry, recorded, session, account, engagement, page, subjects, status
FROM portal_view
WHERE engagement = :engagement AND idx < :before
ORDER BY idx DESC
LIMIT :limit;
