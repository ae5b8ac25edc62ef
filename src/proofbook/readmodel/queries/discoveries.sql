-- Looks at the machine recorded at or before :as_of, oldest first.
SELECT idx, entry, recorded, host, started, ended, engines, differences, body
FROM discovery
WHERE recorded <= :as_of
ORDER BY idx;
