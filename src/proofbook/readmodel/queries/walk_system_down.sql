-- Where exchanges stand, one system, between two positions, newest first.
SELECT idx FROM exchange
WHERE system = :value AND idx >= :low AND idx <= :high
ORDER BY idx DESC
LIMIT :look;
