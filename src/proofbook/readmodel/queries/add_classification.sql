INSERT INTO classification (
  idx, entry, exchange, recorded, rule_set, looked_for, made_by, request_state, request_bytes, request_missing, response_state,
  response_bytes, response_missing
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
