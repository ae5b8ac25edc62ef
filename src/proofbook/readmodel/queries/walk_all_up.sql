-- Where exchanges stand, any exchange, between two positions, oldest first.
SELECT idx FROM exchange
WHERE idx >= :low AND idx <= :high
ORDER BY idx
LIMIT :look;
