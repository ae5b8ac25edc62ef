-- What is told of each exchange that reached an engine, or may have, in a stretch of time, as the first :size entries tell it.
SELECT
  upstream, protocol, iif(response_idx >= :size, 'open', state), recorded,
  iif(response_idx >= :size, NULL, forwarded_at), iif(response_idx >= :size, NULL, last_byte_at),
  iif(response_idx >= :size, NULL, response_recorded), http_status, prompt_tokens, completion_tokens, cached_tokens, finish,
  parameters
FROM exchange
WHERE refused = 0 AND idx < :size AND occurred >= :since AND occurred < :until AND upstream IS NOT NULL;
