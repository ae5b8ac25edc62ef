-- Which of the exchanges in the JSON array :exchanges are on record within :size entries.
SELECT DISTINCT exchange FROM exchange
WHERE exchange IN (SELECT value FROM json_each(:exchanges)) AND idx < :size;
