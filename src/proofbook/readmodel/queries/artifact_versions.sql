-- Every provenance record of one subject, newest first.
SELECT
  idx, entry, subject, artifact, recorded, name, store, location, host, format, bytes_total, files_total,
  license_declared, architecture, parameters, quantization, verification, rung, signature, code_executing, findings,
  unknowns, observed_at
FROM artifact_version
WHERE subject = :subject
ORDER BY idx DESC;
