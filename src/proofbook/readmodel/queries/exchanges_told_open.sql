-- What is told of each exchange of kept days that has no end yet and reached an engine, or may have.
SELECT
  upstream, protocol, state, recorded, forwarded_at, last_byte_at, response_recorded, http_status, prompt_tokens, completion_tokens,
  cached_tokens, finish, parameters
FROM exchange INDEXED BY exchange_open
WHERE state = 'open'
  AND idx < :size
  AND upstream IS NOT NULL
  AND substr(occurred, 1, 10) >= :first
  AND substr(occurred, 1, 10) < :beyond
  AND substr(occurred, 1, 10) NOT IN (SELECT value FROM json_each(:without));
