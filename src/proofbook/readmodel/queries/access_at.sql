-- The access at a position of the book.
SELECT idx, entry, sort, kind, account, method, recorded, told
FROM access_event
WHERE idx = :index;
