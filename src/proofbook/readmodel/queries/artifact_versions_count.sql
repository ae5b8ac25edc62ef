-- How many provenance records stand in the first :size entries.
SELECT count(*) FROM artifact_version
WHERE idx < :size;
