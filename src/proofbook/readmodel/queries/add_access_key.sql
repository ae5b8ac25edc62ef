-- The first issue of a key counts; ids are never given twice.
INSERT OR IGNORE INTO access_key (
  key, principal, principal_kind, system, secret_sha256, expires, note, issued_idx, issued, issued_by
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
