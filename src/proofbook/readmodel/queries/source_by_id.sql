-- One source with its last sign of life.
SELECT source, assurance, entries, last_seq, last_idx, first_recorded, last_recorded, last_heartbeat
FROM source
WHERE source = :source;
