INSERT INTO artifact_version (
  idx, entry, subject, artifact, recorded, name, store, location, host, format, bytes_total, files_total,
  license_declared, architecture, parameters, quantization, verification, rung, signature, code_executing, findings,
  unknowns, observed_at
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
