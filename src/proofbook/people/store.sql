-- Secrets and sessions of people. Nothing here says what anybody may do: that stands in the book. Instants are fixed-width UTC text.
CREATE TABLE IF NOT EXISTS password (
  account TEXT PRIMARY KEY,
  hash BLOB NOT NULL,                 -- argon2id, with its parameters
  entry TEXT NOT NULL                 -- the entry of the book that says it was set; counts only while that is the newest
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS totp (
  account TEXT NOT NULL,
  state TEXT NOT NULL,                -- offered: shown, not yet confirmed; enrolled
  sealed BLOB NOT NULL,
  entry TEXT NOT NULL,                -- as above; empty while offered
  last_step INTEGER NOT NULL,
  PRIMARY KEY (account, state)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS recovery_code (
  account TEXT NOT NULL,
  name BLOB NOT NULL,                 -- keyed digest
  entry TEXT NOT NULL,
  PRIMARY KEY (account, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS link (
  digest BLOB PRIMARY KEY,            -- SHA-256 of the secret in the address
  id TEXT NOT NULL,
  account TEXT NOT NULL,
  purpose TEXT NOT NULL,
  expires TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS session (
  digest BLOB PRIMARY KEY,            -- SHA-256 of what the browser holds
  id TEXT NOT NULL UNIQUE,
  account TEXT NOT NULL,
  method TEXT NOT NULL,
  second_factor TEXT NOT NULL,
  rests_on TEXT NOT NULL,             -- digest of the privileges it was opened with
  opened TEXT NOT NULL,
  last_seen TEXT NOT NULL,
  address TEXT,
  ended TEXT,                         -- how; such a row opens nothing, and tells its holder why for a while
  recorded INTEGER NOT NULL           -- 1: the book says that it ended
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS session_account ON session (account);
CREATE TABLE IF NOT EXISTS attempt (
  name BLOB PRIMARY KEY,              -- keyed digest of what was typed as the account
  failures INTEGER NOT NULL,
  last_failed TEXT NOT NULL,
  locked_until TEXT
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS kept_draft (
  account TEXT NOT NULL,
  form TEXT NOT NULL,
  sealed BLOB NOT NULL,
  kept TEXT NOT NULL,
  PRIMARY KEY (account, form)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS done_once (
  owner TEXT NOT NULL,
  key BLOB NOT NULL,                  -- keyed digest
  digest BLOB NOT NULL,               -- of what was asked for
  began TEXT NOT NULL,
  sealed BLOB,                        -- the answer; NULL while it is being done
  PRIMARY KEY (owner, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS held_file (
  name TEXT PRIMARY KEY,              -- random
  account TEXT NOT NULL,
  session TEXT NOT NULL,              -- public id
  purpose TEXT NOT NULL,
  sealed BLOB NOT NULL,
  held TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS held_file_account ON held_file (account, held);
CREATE INDEX IF NOT EXISTS held_file_session ON held_file (session, purpose);
