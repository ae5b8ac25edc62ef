-- tokens by system, caller and minute of their end, where the engine stated none as `gateway.rules.budget.count_tokens` estimates
SELECT system, principal_issuer, principal, SUBSTR(COALESCE(last_byte_at, occurred), 1, 16) AS minute,
  SUM(CASE
    WHEN prompt_tokens IS NOT NULL OR completion_tokens IS NOT NULL
      THEN COALESCE(prompt_tokens, 0) + COALESCE(completion_tokens, 0)
    WHEN protocol IN ('openai.chat', 'openai.completions', 'openai.responses', 'ollama.chat', 'ollama.generate',
                      'anthropic.messages')
      THEN COALESCE(request_bytes, 0) / 4 + COALESCE(NULLIF(chunks, 0), COALESCE(response_bytes, 0) / 4)
    WHEN protocol IN ('openai.embeddings', 'ollama.embed') THEN COALESCE(request_bytes, 0) / 4
    ELSE 0 END) AS tokens
FROM exchange
WHERE occurred >= :since AND refused = 0 AND system IS NOT NULL AND response_idx IS NOT NULL
GROUP BY system, principal_issuer, principal, minute
HAVING tokens > 0
ORDER BY minute;
