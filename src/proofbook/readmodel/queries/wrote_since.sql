-- Whether somebody wrote a kept record at or behind a size of the book.
SELECT 1 FROM document_version
WHERE idx >= :size AND actor = :actor
LIMIT 1;
