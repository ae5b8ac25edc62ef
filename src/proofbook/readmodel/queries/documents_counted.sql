-- How many records and versions there are of each kind.
SELECT kind, count(DISTINCT id), count(*)
FROM document_version
GROUP BY kind
ORDER BY kind;
