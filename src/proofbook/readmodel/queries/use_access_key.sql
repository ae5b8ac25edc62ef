-- What was done with a key since the rows were last written; an empty instant says that nothing was let in.
UPDATE access_key SET uses = uses + ?, refusals = refusals + ?, last_used = nullif(max(coalesce(last_used, ''), ?), '')
WHERE key = ?;
