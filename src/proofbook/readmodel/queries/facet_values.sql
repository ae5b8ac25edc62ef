-- Values of a facet that begin with a text, in their order; jumps from one value to the next in the key.
WITH RECURSIVE known (value) AS (
  SELECT (SELECT min(value) FROM facet_day WHERE facet = :facet AND value >= :prefix)
  UNION ALL
  SELECT (SELECT min(value) FROM facet_day WHERE facet = :facet AND value > known.value)
  FROM known WHERE known.value IS NOT NULL
)
SELECT value FROM known
WHERE value IS NOT NULL AND substr(value, 1, length(:prefix)) = :prefix
LIMIT :limit;
