-- What engines may have counted for the ended exchanges of kept days, by quarter of an hour.
SELECT
  quarter, upstream, exchanges, first_start, last_end, low_0, low_1, low_2, low_3, low_4, high_0, high_1, high_2, high_3, high_4,
  unbounded_0, unbounded_1, unbounded_2, unbounded_3, unbounded_4
FROM told_quarter
WHERE quarter >= :first AND quarter < :beyond AND substr(quarter, 1, 10) NOT IN (SELECT value FROM json_each(:without));
