-- The hot part of the book. Only the writer's one connection writes; entries are only ever inserted.
CREATE TABLE IF NOT EXISTS entry (
    idx   INTEGER PRIMARY KEY,      -- position in the log, from 0
    bytes BLOB NOT NULL,            -- canonical entry: what is hashed
    leaf  BLOB NOT NULL             -- RFC 6962 leaf hash of bytes
) STRICT;
CREATE TABLE IF NOT EXISTS tile (
    level  INTEGER NOT NULL,        -- C2SP tile level; only full tiles (256 hashes) are kept
    idx    INTEGER NOT NULL,
    hashes BLOB NOT NULL,
    root   BLOB NOT NULL,           -- root of the tile: its hash one level up
    PRIMARY KEY (level, idx)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS head (
    one      INTEGER PRIMARY KEY CHECK (one = 1),
    size     INTEGER NOT NULL,
    range    BLOB NOT NULL,         -- compact range of the tree of that size
    recorded TEXT NOT NULL          -- recorded instant of the newest entry
) STRICT;
CREATE TABLE IF NOT EXISTS source (
    id       TEXT PRIMARY KEY,
    seq      INTEGER NOT NULL,      -- number of the source's newest entry
    idx      INTEGER NOT NULL,
    recorded TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS kind (
    name  TEXT PRIMARY KEY,
    idx   INTEGER NOT NULL,         -- index of the newest entry of that kind
    count INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS checkpoint (
    size      INTEGER PRIMARY KEY,
    root      BLOB NOT NULL,
    note      BLOB NOT NULL,        -- signed note, cosignature lines included
    signed_at TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS checkpoint_by_time ON checkpoint (signed_at);
CREATE TABLE IF NOT EXISTS log_key (
    from_size INTEGER PRIMARY KEY,  -- signs sizes above this one
    vkey      TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS identity (
    one    INTEGER PRIMARY KEY CHECK (one = 1),
    origin TEXT NOT NULL,
    format TEXT NOT NULL
) STRICT;
