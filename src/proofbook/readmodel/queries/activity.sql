-- How many requests and refusals occurred in an interval, by the first :width characters of their instant (13: hour, 10: day).
SELECT substr(occurred, 1, :width), count(*) FROM exchange
WHERE occurred >= :since
  AND occurred < :until
GROUP BY 1
ORDER BY 1;
