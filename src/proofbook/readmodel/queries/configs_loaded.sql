-- Settings that programs loaded, in the first :size entries, oldest first.
SELECT idx, entry, recorded, program, settings
FROM config_loaded
WHERE idx < :size
ORDER BY idx;
