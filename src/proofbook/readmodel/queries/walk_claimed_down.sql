-- Where exchanges stand, one claimed end user, between two positions, newest first.
SELECT idx FROM exchange
WHERE claimed_user = :value AND idx >= :low AND idx <= :high
ORDER BY idx DESC
LIMIT :look;
