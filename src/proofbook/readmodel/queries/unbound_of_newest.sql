-- How many of the newest :limit exchanges that were not refused name no artifact.
SELECT count(*) FROM (SELECT refused, artifact FROM exchange ORDER BY idx DESC LIMIT :limit)
WHERE refused = 0
  AND artifact IS NULL;
