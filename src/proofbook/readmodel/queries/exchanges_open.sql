-- Exchanges of one source that have no response yet, oldest first.
SELECT
  idx, entry, exchange, refused, occurred, recorded, source, seq, system, principal, principal_kind,
  principal_method, principal_key, principal_issuer, claimed_user, verified_user, conversation, protocol, stream, model_asked, artifact, binding,
  upstream, product, build, parameters, messages, tools, system_prompt, guardrail, request_bytes, flags,
  refusals, state, reason,
  detail, http_status, response_idx, response_entry, response_recorded, model_answered, finish, prompt_tokens,
  completion_tokens, chunks, forwarded_at, first_byte_at, last_byte_at, response_bytes
FROM exchange INDEXED BY exchange_open
WHERE source = :source
  AND state = 'open'
ORDER BY idx;
