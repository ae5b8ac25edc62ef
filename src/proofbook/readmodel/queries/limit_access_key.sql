-- The first cut counts; a life is only ever made shorter.
UPDATE access_key SET limited_idx = ?, limited_until = ?, replaced_by = ?
WHERE key = ?
  AND limited_idx IS NULL;
