-- Where exchanges stand, one principal, between two positions, oldest first.
SELECT idx FROM exchange
WHERE principal = :value AND idx >= :low AND idx <= :high
ORDER BY idx
LIMIT :look;
