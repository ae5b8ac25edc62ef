-- More attempts of a day that were turned away.
INSERT INTO denied_day (
  day, system, principal, principal_kind, reason, attempts, first, last
) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET
  attempts = attempts + excluded.attempts, first = min(first, excluded.first), last = max(last, excluded.last);
