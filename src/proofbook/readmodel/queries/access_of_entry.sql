-- The access that an entry is.
SELECT idx, entry, sort, kind, account, method, recorded, told
FROM access_event
WHERE entry = :entry;
