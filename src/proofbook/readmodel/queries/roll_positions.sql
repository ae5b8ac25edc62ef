-- Where the entries stand of which the roll of accounts and tokens is made, in the order of the book.
SELECT idx
FROM person_event
WHERE kind IN ('account.set', 'account.credential', 'token.issued', 'token.revoked')
ORDER BY idx;
