-- Where exchanges stand, one proven end user, between two positions, newest first.
SELECT idx FROM exchange
WHERE verified_user = :value AND idx >= :low AND idx <= :high
ORDER BY idx DESC
LIMIT :look;
