-- More exchanges of a day that have a value.
INSERT INTO facet_day (
  facet, value, day, exchanges, first_idx, last_idx
) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET
  exchanges = exchanges + excluded.exchanges, first_idx = min(first_idx, excluded.first_idx), last_idx = max(last_idx,
  excluded.last_idx);
