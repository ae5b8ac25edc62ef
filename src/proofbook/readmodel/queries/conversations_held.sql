-- Conversations whose newest hold event is a hold.
SELECT conversation, idx, recorded, reason FROM content_event AS event
WHERE kind = 'content.held'
  AND idx = (
    SELECT max(idx) FROM content_event
    WHERE conversation = event.conversation AND kind IN ('content.held', 'content.released')
  )
ORDER BY idx;
