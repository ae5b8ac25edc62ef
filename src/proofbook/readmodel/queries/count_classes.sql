-- More (or, with less than nothing, fewer) finds of a class on a day.
INSERT INTO class_day (
  day, system, class, side, exchanges, spans
) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET
  exchanges = exchanges + excluded.exchanges, spans = spans + excluded.spans;
