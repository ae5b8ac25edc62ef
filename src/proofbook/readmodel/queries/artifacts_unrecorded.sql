-- Digests that served although no provenance record names them, with how often and when last.
SELECT artifact, count(*), max(idx), max(occurred) FROM exchange
WHERE artifact IS NOT NULL
  AND artifact NOT IN (SELECT artifact FROM artifact_version)
GROUP BY artifact
ORDER BY artifact;
