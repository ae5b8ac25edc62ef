-- states_of_kind
-- The words by which records of a kind, of those changed last, say where they stand.
SELECT DISTINCT state FROM (SELECT state FROM document_head WHERE kind = :kind ORDER BY idx DESC LIMIT 1000)
WHERE state IS NOT NULL ORDER BY state;
