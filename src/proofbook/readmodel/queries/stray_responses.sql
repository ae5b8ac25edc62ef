-- Responses without an open request, oldest first.
SELECT idx, entry, exchange FROM stray_response
ORDER BY idx;
