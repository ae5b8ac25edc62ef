-- How many requests of an engagement stand where.
SELECT state, count(*)
FROM request_head
WHERE engagement = :engagement
GROUP BY state;
