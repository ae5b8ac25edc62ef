-- A class found in an exchange.
INSERT OR IGNORE INTO exchange_class (class, idx) VALUES (?, ?);
