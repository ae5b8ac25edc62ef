-- Where exchanges stand, one principal, between two positions, newest first.
SELECT idx FROM exchange
WHERE principal = :value AND idx >= :low AND idx <= :high
ORDER BY idx DESC
LIMIT :look;
