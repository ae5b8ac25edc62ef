-- Where exchanges stand, one conversation, between two positions, newest first.
SELECT idx FROM exchange
WHERE conversation = :value AND idx >= :low AND idx <= :high
ORDER BY idx DESC
LIMIT :look;
