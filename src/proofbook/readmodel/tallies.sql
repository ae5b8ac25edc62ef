-- What is kept counted by day, so that no page counts exchanges. Days are those of UTC, of when an exchange occurred.
-- Part of the same disposable projection as schema.sql. An empty text stands for what is not stated: keys hold no NULL.

DROP TABLE IF EXISTS exchange_day;
DROP TABLE IF EXISTS facet_day;
DROP TABLE IF EXISTS exchange_class;
DROP TABLE IF EXISTS served_day;
DROP TABLE IF EXISTS caller_day;
DROP TABLE IF EXISTS flag_day;
DROP TABLE IF EXISTS denied_day;
DROP TABLE IF EXISTS class_day;
DROP TABLE IF EXISTS examined_day;
DROP TABLE IF EXISTS told_quarter;

CREATE TABLE exchange_day (           -- one row for each day on which a request or refusal occurred
  day TEXT PRIMARY KEY,
  exchanges INTEGER NOT NULL,
  first_idx INTEGER NOT NULL,
  last_idx INTEGER NOT NULL,
  touched INTEGER NOT NULL,           -- last entry that changed anything that is counted of the day
  tokens_max INTEGER NOT NULL,        -- most tokens, milliseconds and bytes of one exchange of the day
  latency_max INTEGER NOT NULL,
  bytes_max INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE facet_day (              -- how often a value occurred on a day, and between which positions: where to look for it
  facet TEXT NOT NULL,
  value TEXT NOT NULL,
  day TEXT NOT NULL,
  exchanges INTEGER NOT NULL,
  first_idx INTEGER NOT NULL,
  last_idx INTEGER NOT NULL,
  PRIMARY KEY (facet, value, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE exchange_class (         -- classes of sensitive data found in an exchange, by the classification in force
  class TEXT NOT NULL,
  idx INTEGER NOT NULL,               -- of the exchange
  PRIMARY KEY (class, idx)
) STRICT, WITHOUT ROWID;

CREATE TABLE served_day (             -- ended exchanges and refusals; open ones are few, and counted when asked
  day TEXT NOT NULL,
  system TEXT NOT NULL,
  artifact TEXT NOT NULL,
  binding TEXT NOT NULL,
  state TEXT NOT NULL,
  exchanges INTEGER NOT NULL,
  first TEXT NOT NULL,
  last TEXT NOT NULL,
  prompt_tokens INTEGER NOT NULL,
  completion_tokens INTEGER NOT NULL,
  PRIMARY KEY (day, system, artifact, binding, state)
) STRICT, WITHOUT ROWID;

CREATE TABLE caller_day (             -- requests, open or ended
  day TEXT NOT NULL,
  system TEXT NOT NULL,
  principal TEXT NOT NULL,
  principal_kind TEXT NOT NULL,
  principal_method TEXT NOT NULL,
  principal_key TEXT NOT NULL,
  exchanges INTEGER NOT NULL,
  first TEXT NOT NULL,
  last TEXT NOT NULL,
  PRIMARY KEY (day, system, principal, principal_kind, principal_method, principal_key)
) STRICT, WITHOUT ROWID;

CREATE TABLE flag_day (               -- requests that were let pass although something was lacking
  day TEXT NOT NULL,
  system TEXT NOT NULL,
  flag TEXT NOT NULL,
  principal TEXT NOT NULL,
  principal_kind TEXT NOT NULL,
  principal_key TEXT NOT NULL,
  artifact TEXT NOT NULL,
  exchanges INTEGER NOT NULL,
  first TEXT NOT NULL,
  last TEXT NOT NULL,
  PRIMARY KEY (day, system, flag, principal, principal_kind, principal_key, artifact)
) STRICT, WITHOUT ROWID;

CREATE TABLE denied_day (             -- attempts that a rule turned away
  day TEXT NOT NULL,
  system TEXT NOT NULL,
  principal TEXT NOT NULL,
  principal_kind TEXT NOT NULL,
  reason TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  first TEXT NOT NULL,
  last TEXT NOT NULL,
  PRIMARY KEY (day, system, principal, principal_kind, reason)
) STRICT, WITHOUT ROWID;

CREATE TABLE class_day (              -- by the classification in force of each exchange; a newer one takes the older one's place
  day TEXT NOT NULL,
  system TEXT NOT NULL,
  class TEXT NOT NULL,
  side TEXT NOT NULL,
  exchanges INTEGER NOT NULL,
  spans INTEGER NOT NULL,
  PRIMARY KEY (day, system, class, side)
) STRICT, WITHOUT ROWID;

CREATE TABLE examined_day (
  day TEXT NOT NULL,
  system TEXT NOT NULL,
  rule_set TEXT NOT NULL,
  looked_for TEXT NOT NULL,
  request_state TEXT NOT NULL,
  response_state TEXT NOT NULL,
  exchanges INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  PRIMARY KEY (day, system, rule_set, looked_for, request_state, response_state)
) STRICT, WITHOUT ROWID;

CREATE TABLE told_quarter (           -- what an engine may have counted for the ended exchanges of a quarter of an hour
  quarter TEXT NOT NULL,              -- first 16 characters of the instant it begins
  upstream TEXT NOT NULL,
  exchanges INTEGER NOT NULL,
  first_start TEXT NOT NULL,
  last_end TEXT NOT NULL,
  low_0 INTEGER NOT NULL, low_1 INTEGER NOT NULL, low_2 INTEGER NOT NULL, low_3 INTEGER NOT NULL, low_4 INTEGER NOT NULL,
  high_0 INTEGER NOT NULL, high_1 INTEGER NOT NULL, high_2 INTEGER NOT NULL, high_3 INTEGER NOT NULL, high_4 INTEGER NOT NULL,
  unbounded_0 INTEGER NOT NULL, unbounded_1 INTEGER NOT NULL, unbounded_2 INTEGER NOT NULL, unbounded_3 INTEGER NOT NULL,
  unbounded_4 INTEGER NOT NULL,       -- by measure: the least, the most of those that have one, how many have none
  PRIMARY KEY (quarter, upstream)
) STRICT, WITHOUT ROWID;
