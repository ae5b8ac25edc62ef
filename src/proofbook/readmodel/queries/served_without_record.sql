-- Digests that served although no provenance record names them; jumps from one digest to the next in the index.
WITH RECURSIVE served (artifact) AS (
  SELECT min(artifact) FROM exchange
  UNION ALL
  SELECT (SELECT min(artifact) FROM exchange WHERE artifact > served.artifact) FROM served WHERE served.artifact IS NOT NULL
)
SELECT artifact FROM served
WHERE artifact IS NOT NULL
  AND artifact NOT IN (SELECT artifact FROM artifact_version);
