-- More exchanges of a day, or more of what is known of them.
INSERT INTO exchange_day (
  day, exchanges, first_idx, last_idx, touched, tokens_max, latency_max, bytes_max
) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET
  exchanges = exchanges + excluded.exchanges, first_idx = min(first_idx, excluded.first_idx), last_idx = max(last_idx,
  excluded.last_idx), touched = max(touched, excluded.touched), tokens_max = max(tokens_max, excluded.tokens_max), latency_max
  = max(latency_max, excluded.latency_max), bytes_max = max(bytes_max, excluded.bytes_max);
