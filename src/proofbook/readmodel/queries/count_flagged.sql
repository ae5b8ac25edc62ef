-- More requests of a day that passed although something was lacking.
INSERT INTO flag_day (
  day, system, flag, principal, principal_kind, principal_key, artifact, exchanges, first, last
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET
  exchanges = exchanges + excluded.exchanges, first = min(first, excluded.first), last = max(last, excluded.last);
