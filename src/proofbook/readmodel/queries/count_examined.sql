-- More (or, with less than nothing, fewer) exchanges of a day by what was examined of them.
INSERT INTO examined_day (
  day, system, rule_set, looked_for, request_state, response_state, exchanges, bytes
) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET
  exchanges = exchanges + excluded.exchanges, bytes = bytes + excluded.bytes;
