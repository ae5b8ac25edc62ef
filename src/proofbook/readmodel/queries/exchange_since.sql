-- Where the first exchange stands that occurred at or after a moment.
SELECT min(idx) FROM (SELECT idx FROM exchange WHERE occurred >= :since ORDER BY occurred LIMIT 64);
