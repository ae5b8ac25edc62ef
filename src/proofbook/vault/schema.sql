-- Sealed content. Lives in the book's database so that an entry and its content commit together; holds no plaintext.
CREATE TABLE IF NOT EXISTS epoch_key (
    epoch   TEXT PRIMARY KEY,       -- retention class and month, e.g. default/2026-11
    wrapped BLOB NOT NULL,          -- AES-256-GCM under the vault key, aad = epoch
    made_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS conversation (
    number    INTEGER PRIMARY KEY,
    id        TEXT NOT NULL UNIQUE,
    retention TEXT NOT NULL,
    epoch     TEXT NOT NULL REFERENCES epoch_key (epoch),
    wrapped   BLOB NOT NULL,        -- data key, AES-256-GCM under the epoch key, aad = id
    made_at   TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS conversation_by_age ON conversation (retention, made_at);
CREATE TABLE IF NOT EXISTS content (
    idx          INTEGER NOT NULL,  -- index of the entry that commits to it
    slot         TEXT NOT NULL,
    conversation INTEGER NOT NULL REFERENCES conversation (number),
    sealed       BLOB NOT NULL,     -- nonce, then AES-256-GCM(data key, salt || zstd(content), aad = commitment)
    PRIMARY KEY (idx, slot)
) STRICT;
CREATE INDEX IF NOT EXISTS content_by_conversation ON content (conversation);
CREATE TABLE IF NOT EXISTS hold (
    conversation TEXT PRIMARY KEY,
    placed_at    TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS carried (
    origin       TEXT NOT NULL,     -- the retired book whose entry commits to it
    idx          INTEGER NOT NULL,  -- index of that entry there
    slot         TEXT NOT NULL,
    conversation INTEGER NOT NULL REFERENCES conversation (number),
    sealed       BLOB NOT NULL,
    PRIMARY KEY (origin, idx, slot)
) STRICT;
CREATE INDEX IF NOT EXISTS carried_by_conversation ON carried (conversation);
