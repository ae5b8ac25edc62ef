-- When the first provenance record of each subject was recorded, within :size entries.
SELECT subject, min(recorded) FROM artifact_version WHERE idx < :size GROUP BY subject ORDER BY subject;
