-- Requests of an engagement in the order of their numbers, behind a place; of one or the other state, of an owner, where these are given.
SELECT id
FROM request_head
WHERE engagement = :engagement AND (counting_key, id) > (:key, :id)
  AND (:one IS NULL OR state IN (:one, :other))
  AND (:owner IS NULL OR owner = :owner)
ORDER BY counting_key, id
LIMIT :limit;
