-- Where exchanges stand, those that have no end yet; few do, between two positions, oldest first.
SELECT idx FROM exchange
WHERE state = 'open' AND idx >= :low AND idx <= :high
ORDER BY idx
LIMIT :look;
