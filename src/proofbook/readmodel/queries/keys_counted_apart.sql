-- Access keys by when they were issued or revoked, within :size entries: :what is `issued`, `revoked` or `limited`. A limit is
-- dated by nothing here, so only its place counts.
SELECT count(*) FROM access_key
WHERE (:systems IS NULL OR :what <> 'issued' OR system IN (SELECT value FROM json_each(:systems)))
  AND CASE :what
    WHEN 'issued' THEN issued_idx < :size AND issued >= :since AND issued < :until
    WHEN 'revoked' THEN revoked_idx < :size AND revoked >= :since AND revoked < :until
    ELSE limited_idx < :size
  END;
