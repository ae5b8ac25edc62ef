-- Accesses of one sort, behind a place in time, the newest first.
SELECT idx, entry, sort, kind, account, method, recorded, told
FROM access_event
WHERE sort = :sort AND recorded >= :since AND (recorded, idx) < (:at, :before)
ORDER BY recorded DESC, idx DESC
LIMIT :limit;
