-- Who answers requests of an engagement.
SELECT DISTINCT owner
FROM request_head
WHERE engagement = :engagement AND owner <> ''
ORDER BY owner;
