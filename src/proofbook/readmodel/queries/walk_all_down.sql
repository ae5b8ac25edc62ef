-- Where exchanges stand, any exchange, between two positions, newest first.
SELECT idx FROM exchange
WHERE idx >= :low AND idx <= :high
ORDER BY idx DESC
LIMIT :look;
