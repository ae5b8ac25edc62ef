-- How many conversations' content had been erased within the first :size entries.
SELECT count(DISTINCT conversation) FROM content_event
WHERE kind = 'content.erased'
  AND idx < :size;
