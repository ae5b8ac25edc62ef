-- How many subjects have a provenance record in the first :size entries.
SELECT count(DISTINCT subject) FROM artifact_version
WHERE idx < :size;
