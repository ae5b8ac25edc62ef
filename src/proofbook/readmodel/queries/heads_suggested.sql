-- heads_suggested
-- Ids of a kind, for somebody who types one: the last changed first.
SELECT id, title FROM document_head WHERE kind = :kind ORDER BY idx DESC LIMIT :limit;
