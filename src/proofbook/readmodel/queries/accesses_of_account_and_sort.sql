-- Accesses of one account and one sort, behind a place in time, the newest first.
SELECT idx, entry, sort, kind, account, method, recorded, told
FROM access_event INDEXED BY access_event_account_sort
WHERE account = :account AND sort = :sort AND recorded >= :since AND (recorded, idx) < (:at, :before)
ORDER BY recorded DESC, idx DESC
LIMIT :limit;
