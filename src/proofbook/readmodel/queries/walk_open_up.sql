-- Where exchanges stand, those that have no end yet; few do, between two positions, oldest first.
SELECT idx FROM exchange INDEXED BY exchange_open
WHERE state = 'open' AND idx >= :low AND idx <= :high
ORDER BY idx
LIMIT :look;
