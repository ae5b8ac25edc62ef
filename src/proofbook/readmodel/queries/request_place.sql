-- Where a request stands in the order of its engagement.
SELECT counting_key, id
FROM request_head
WHERE id = :id AND engagement = :engagement;
