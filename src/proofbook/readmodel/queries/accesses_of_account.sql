-- Accesses of one account, behind a place in time, the newest first.
SELECT idx, entry, sort, kind, account, method, recorded, told
FROM access_event
WHERE account = :account AND recorded >= :since AND (recorded, idx) < (:at, :before)
ORDER BY recorded DESC, idx DESC
LIMIT :limit;
