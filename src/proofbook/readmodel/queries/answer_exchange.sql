-- Sets what the response says on the row of its request.
UPDATE exchange SET
  state = ?, reason = ?, detail = ?, http_status = ?, response_idx = ?, response_entry = ?, response_recorded = ?,
  model_answered = ?, finish = ?, prompt_tokens = ?, completion_tokens = ?, chunks = ?, forwarded_at = ?,
  first_byte_at = ?, last_byte_at = ?, response_bytes = ?, cached_tokens = ?, latency_ms = ?
WHERE idx = ?;
