-- Newest exchanges before a position; all other filters are optional.
SELECT
  idx, entry, exchange, refused, occurred, recorded, source, seq, system, principal, principal_kind,
  principal_method, principal_key, principal_issuer, claimed_user, verified_user, conversation, protocol, stream, model_asked, artifact, binding,
  upstream, product, build, parameters, messages, tools, system_prompt, guardrail, request_bytes, flags,
  refusals, state, reason,
  detail, http_status, response_idx, response_entry, response_recorded, model_answered, finish, prompt_tokens,
  completion_tokens, chunks, forwarded_at, first_byte_at, last_byte_at, response_bytes
FROM exchange
WHERE idx < :before
  AND (:system IS NULL OR system = :system)
  AND (:principal IS NULL OR principal = :principal)
  AND (:state IS NULL OR state = :state)
  AND (:artifact IS NULL OR artifact = :artifact)
  AND (:since IS NULL OR occurred >= :since)
  AND (:until IS NULL OR occurred < :until)
ORDER BY idx DESC
LIMIT :limit;
