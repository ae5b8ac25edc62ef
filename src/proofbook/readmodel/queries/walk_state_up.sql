-- Where exchanges stand, one state, those of most exchanges apart, between two positions, oldest first.
SELECT idx FROM exchange
WHERE state = :value AND state NOT IN ('open', 'complete') AND idx >= :low AND idx <= :high
ORDER BY idx
LIMIT :look;
