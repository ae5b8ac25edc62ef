-- Where exchanges stand in which a class was found, between two positions, newest first.
SELECT idx FROM exchange_class
WHERE class = :value AND idx >= :low AND idx <= :high
ORDER BY idx DESC
LIMIT :look;
