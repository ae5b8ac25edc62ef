-- A class that the classification in force of an exchange did not find.
DELETE FROM exchange_class WHERE class = ? AND idx = ?;
