-- Exchanges of one conversation that have no response yet, oldest first. Few are open, so their partial index is read through.
SELECT exchange
FROM exchange
WHERE state = 'open'
  AND conversation = :conversation
ORDER BY idx;
