-- How often each state stands among the newest :limit exchanges.
SELECT state, count(*) FROM (SELECT state FROM exchange ORDER BY idx DESC LIMIT :limit)
GROUP BY state
ORDER BY count(*) DESC, state;
