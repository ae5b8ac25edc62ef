-- Who came in, looked, took away, changed: behind a place in time, the newest first.
SELECT idx, entry, sort, kind, account, method, recorded, told
FROM access_event
WHERE recorded >= :since AND (recorded, idx) < (:at, :before)
ORDER BY recorded DESC, idx DESC
LIMIT :limit;
