-- The key ring: every key ever issued, in order of issue.
SELECT
  key, principal, principal_kind, system, secret_sha256, expires, note, issued_idx, issued, issued_by, revoked_idx,
  revoked, revoked_reason, limited_idx, limited_until, replaced_by, uses, refusals, last_used
FROM access_key
ORDER BY issued_idx;
