-- Spans of one classification.
SELECT side, class, spans
FROM class_count
WHERE idx = :idx
ORDER BY side, class;
