-- The first revocation counts.
UPDATE access_key SET revoked_idx = ?, revoked = ?, revoked_reason = ?
WHERE key = ?
  AND revoked_idx IS NULL;
