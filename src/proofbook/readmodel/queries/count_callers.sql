-- More requests of a day by one caller.
INSERT INTO caller_day (
  day, system, principal, principal_kind, principal_method, principal_key, exchanges, first, last
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET
  exchanges = exchanges + excluded.exchanges, first = min(first, excluded.first), last = max(last, excluded.last);
