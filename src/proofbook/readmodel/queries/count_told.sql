-- More exchanges of a quarter of an hour that an engine may have counted.
INSERT INTO told_quarter (
  quarter, upstream, exchanges, low_0, low_1, low_2, low_3, low_4, high_0, high_1, high_2, high_3, high_4, unbounded_0,
  unbounded_1, unbounded_2, unbounded_3, unbounded_4, first_start, last_end
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET
  exchanges = exchanges + excluded.exchanges, low_0 = low_0 + excluded.low_0, low_1 = low_1 + excluded.low_1, low_2 = low_2 +
  excluded.low_2, low_3 = low_3 + excluded.low_3, low_4 = low_4 + excluded.low_4, high_0 = high_0 + excluded.high_0, high_1 =
  high_1 + excluded.high_1, high_2 = high_2 + excluded.high_2, high_3 = high_3 + excluded.high_3, high_4 = high_4 +
  excluded.high_4, unbounded_0 = unbounded_0 + excluded.unbounded_0, unbounded_1 = unbounded_1 + excluded.unbounded_1,
  unbounded_2 = unbounded_2 + excluded.unbounded_2, unbounded_3 = unbounded_3 + excluded.unbounded_3, unbounded_4 =
  unbounded_4 + excluded.unbounded_4, first_start = min(first_start, excluded.first_start), last_end = max(last_end,
  excluded.last_end);
