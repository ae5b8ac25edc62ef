-- Numbers of sources that did not follow, oldest first.
SELECT idx, source, expected, found FROM sequence_break
ORDER BY idx;
