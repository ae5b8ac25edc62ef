-- What happened to the content of one conversation, oldest first.
SELECT idx, kind, conversation, recorded, reason
FROM content_event
WHERE conversation = :conversation
ORDER BY idx;
