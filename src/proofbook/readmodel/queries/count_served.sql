-- More ended exchanges and refusals of a day.
INSERT INTO served_day (
  day, system, artifact, binding, state, exchanges, prompt_tokens, completion_tokens, first, last
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET
  exchanges = exchanges + excluded.exchanges, prompt_tokens = prompt_tokens + excluded.prompt_tokens, completion_tokens =
  completion_tokens + excluded.completion_tokens, first = min(first, excluded.first), last = max(last, excluded.last);
