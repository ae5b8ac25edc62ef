-- The newest provenance record of each place: the same bytes may lie in several, on several hosts.
SELECT
  idx, entry, subject, artifact, recorded, name, store, location, host, format, bytes_total, files_total,
  license_declared, architecture, parameters, quantization, verification, rung, signature, code_executing, findings,
  unknowns, observed_at
FROM artifact_version
WHERE idx IN (SELECT max(idx) FROM artifact_version GROUP BY host, store, location)
ORDER BY idx;
