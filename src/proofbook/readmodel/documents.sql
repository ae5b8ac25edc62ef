-- Kept records as they stand now, what they point to, and the files sealed with them. Follows from document_version and the
-- entries alone, kept beside it so that lists, links back and what waits for a signature cost the same however many versions
-- there are. Part of the same disposable projection as schema.sql.

DROP TABLE IF EXISTS document_head;
DROP TABLE IF EXISTS document_reference;
DROP TABLE IF EXISTS record_file;
DROP TABLE IF EXISTS request_head;

CREATE TABLE document_head (          -- the newest version of each record
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  idx INTEGER NOT NULL,
  entry TEXT NOT NULL UNIQUE,
  version INTEGER NOT NULL,
  title TEXT NOT NULL,
  state TEXT,                         -- what the record says of its own state; NULL where its kind has no such field
  blanks INTEGER NOT NULL,            -- texts that still hold a blank
  occurred TEXT NOT NULL,
  recorded TEXT NOT NULL,
  actor TEXT NOT NULL,
  decision TEXT,                      -- newest decision signed about this very version; NULL: none
  decided_by TEXT,
  decided_in TEXT,                    -- id of that sign-off
  PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX document_head_newest ON document_head (kind, idx);
CREATE INDEX document_head_decided ON document_head (decided_in) WHERE decided_in IS NOT NULL;
CREATE INDEX document_head_waiting ON document_head (kind, idx) WHERE decision IS NULL;

CREATE TABLE document_reference (     -- what newest versions point to
  to_kind TEXT NOT NULL,
  to_id TEXT NOT NULL,
  from_kind TEXT NOT NULL,
  from_id TEXT NOT NULL,
  field TEXT NOT NULL,
  idx INTEGER NOT NULL,               -- of the version that points
  PRIMARY KEY (to_kind, to_id, from_kind, idx, field)
) STRICT, WITHOUT ROWID;
CREATE INDEX document_reference_from ON document_reference (from_kind, from_id);

CREATE TABLE record_file (            -- files sealed with a record
  idx INTEGER PRIMARY KEY,
  entry TEXT NOT NULL,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  recorded TEXT NOT NULL,
  actor TEXT NOT NULL,
  conversation TEXT NOT NULL,
  commitment TEXT NOT NULL
) STRICT;
CREATE INDEX record_file_of ON record_file (kind, id, sha256, idx);

CREATE TABLE request_head (           -- an auditor's requests as they stand now, in the order of their numbers
  id TEXT PRIMARY KEY,
  engagement TEXT NOT NULL,
  counting_key TEXT NOT NULL,         -- sorts as people count: R-2 before R-10
  state TEXT NOT NULL,
  owner TEXT NOT NULL,                -- empty: nobody yet
  idx INTEGER NOT NULL                -- of the newest version
) STRICT, WITHOUT ROWID;
CREATE INDEX request_head_page ON request_head (engagement, counting_key, id, state, owner);
CREATE INDEX request_head_state ON request_head (engagement, state);
CREATE INDEX request_head_owner ON request_head (engagement, owner);
