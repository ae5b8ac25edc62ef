-- Where exchanges stand, one artifact, between two positions, newest first.
SELECT idx FROM exchange
WHERE artifact = :value AND idx >= :low AND idx <= :high
ORDER BY idx DESC
LIMIT :look;
