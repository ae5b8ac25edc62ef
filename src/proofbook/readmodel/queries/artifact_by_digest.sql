-- The newest provenance record of these bytes.
SELECT
  idx, entry, subject, artifact, recorded, name, store, location, host, format, bytes_total, files_total,
  license_declared, architecture, parameters, quantization, verification, rung, signature, code_executing, findings,
  unknowns, observed_at
FROM artifact_version
WHERE artifact = :artifact
ORDER BY idx DESC
LIMIT 1;
