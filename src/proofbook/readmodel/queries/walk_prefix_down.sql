-- Where exchanges stand whose id begins with a text (from :value up to :beyond), between two positions, newest first.
SELECT idx FROM exchange INDEXED BY exchange_id
WHERE exchange >= :value AND exchange < :beyond AND idx >= :low AND idx <= :high
ORDER BY idx DESC
LIMIT :look;
