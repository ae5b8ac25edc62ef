-- A disposable projection of the book: everything here is derived from entries and may be deleted at any time.
-- Instants are fixed-width UTC text, so text order is time order. `idx` is always a position in the book.
-- Running it again forgets everything.

DROP TABLE IF EXISTS position;
DROP TABLE IF EXISTS exchange;
DROP TABLE IF EXISTS stray_response;
DROP TABLE IF EXISTS artifact_version;
DROP TABLE IF EXISTS collection;
DROP TABLE IF EXISTS source;
DROP TABLE IF EXISTS source_run;
DROP TABLE IF EXISTS source_gap;
DROP TABLE IF EXISTS sequence_break;
DROP TABLE IF EXISTS access_key;
DROP TABLE IF EXISTS content_event;
DROP TABLE IF EXISTS document_version;
DROP TABLE IF EXISTS config_loaded;
DROP TABLE IF EXISTS discovery;
DROP TABLE IF EXISTS classification;
DROP TABLE IF EXISTS class_count;
DROP TABLE IF EXISTS engine_counters;
DROP TABLE IF EXISTS engine_sighting;
DROP TABLE IF EXISTS person_event;
DROP TABLE IF EXISTS portal_view;
DROP TABLE IF EXISTS access_event;
DROP TABLE IF EXISTS fieldwork_event;

CREATE TABLE position (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  schema INTEGER NOT NULL,
  origin TEXT NOT NULL,
  next_index INTEGER NOT NULL,
  last_leaf BLOB                      -- leaf hash of entry next_index - 1: a restored or rebuilt book has another
) STRICT;

CREATE TABLE exchange (               -- one row for each exchange.request or exchange.refused entry
  idx INTEGER PRIMARY KEY,
  entry TEXT NOT NULL,
  exchange TEXT NOT NULL,
  refused INTEGER NOT NULL,
  occurred TEXT NOT NULL,
  recorded TEXT NOT NULL,
  source TEXT NOT NULL,
  seq INTEGER NOT NULL,
  system TEXT,
  principal TEXT NOT NULL,
  principal_kind TEXT NOT NULL,
  principal_method TEXT NOT NULL,
  principal_key TEXT,
  principal_issuer TEXT,
  claimed_user TEXT,
  verified_user TEXT,
  conversation TEXT,
  protocol TEXT,
  stream INTEGER,
  model_asked TEXT,
  artifact TEXT,
  binding TEXT,
  upstream TEXT,
  product TEXT,
  build TEXT,
  parameters TEXT,
  messages INTEGER,
  tools INTEGER,
  system_prompt TEXT,
  guardrail TEXT,
  request_bytes INTEGER,
  flags TEXT,                         -- JSON list of what admission found lacking and let pass; NULL when nothing
  refusals INTEGER,                   -- how many refusals the entry stands for; NULL for a request
  state TEXT NOT NULL,                -- open, denied (a rule said no), refused (could not be served as it was), or how it ended
  reason TEXT,
  detail TEXT,
  http_status INTEGER,
  response_idx INTEGER,
  response_entry TEXT,
  response_recorded TEXT,
  model_answered TEXT,
  finish TEXT,
  prompt_tokens INTEGER,
  completion_tokens INTEGER,
  chunks INTEGER,
  forwarded_at TEXT,
  first_byte_at TEXT,
  last_byte_at TEXT,
  response_bytes INTEGER,
  cached_tokens INTEGER,
  latency_ms INTEGER                  -- from forwarding to the last byte
) STRICT;
CREATE INDEX exchange_id ON exchange (exchange);
CREATE INDEX exchange_occurred ON exchange (occurred);
CREATE INDEX exchange_principal ON exchange (principal, idx);
CREATE INDEX exchange_artifact ON exchange (artifact, idx);
CREATE INDEX exchange_system ON exchange (system, idx);
CREATE INDEX exchange_odd ON exchange (state, idx) WHERE state NOT IN ('open', 'complete');
CREATE INDEX exchange_conversation ON exchange (conversation, idx);
CREATE INDEX exchange_verified ON exchange (verified_user, idx) WHERE verified_user IS NOT NULL;
CREATE INDEX exchange_claimed ON exchange (claimed_user, idx) WHERE claimed_user IS NOT NULL;
CREATE INDEX exchange_flagged ON exchange (occurred) WHERE flags IS NOT NULL;
CREATE INDEX exchange_refused ON exchange (occurred) WHERE refused = 1;
CREATE INDEX exchange_open ON exchange (source, idx) WHERE state = 'open';

CREATE TABLE stray_response (         -- a response without a request, or a second one: listed, never merged
  idx INTEGER PRIMARY KEY,
  entry TEXT NOT NULL,
  exchange TEXT NOT NULL
) STRICT;

CREATE TABLE artifact_version (       -- every provenance record; the newest of a subject is the one in force
  idx INTEGER PRIMARY KEY,
  entry TEXT NOT NULL,
  subject TEXT NOT NULL,
  artifact TEXT NOT NULL,
  recorded TEXT NOT NULL,
  name TEXT NOT NULL,
  store TEXT NOT NULL,
  location TEXT NOT NULL,
  host TEXT NOT NULL,
  format TEXT NOT NULL,
  bytes_total INTEGER NOT NULL,
  files_total INTEGER NOT NULL,
  license_declared TEXT NOT NULL,
  architecture TEXT NOT NULL,
  parameters TEXT NOT NULL,
  quantization TEXT NOT NULL,
  verification TEXT NOT NULL,
  rung TEXT NOT NULL,
  signature TEXT NOT NULL,
  code_executing TEXT NOT NULL,
  findings INTEGER NOT NULL,
  unknowns INTEGER NOT NULL,
  observed_at TEXT NOT NULL
) STRICT;
CREATE INDEX artifact_subject ON artifact_version (subject, idx);
CREATE INDEX artifact_digest ON artifact_version (artifact, idx);

CREATE TABLE collection (             -- every look by a collector
  idx INTEGER PRIMARY KEY,
  collector TEXT NOT NULL,
  started TEXT NOT NULL,
  ended TEXT NOT NULL,
  found INTEGER NOT NULL,
  unchanged INTEGER NOT NULL,
  skipped_total INTEGER NOT NULL
) STRICT;

CREATE TABLE source (
  source TEXT PRIMARY KEY,
  assurance TEXT NOT NULL,
  entries INTEGER NOT NULL,
  last_seq INTEGER NOT NULL,
  last_idx INTEGER NOT NULL,
  first_recorded TEXT NOT NULL,
  last_recorded TEXT NOT NULL,
  last_heartbeat TEXT
) STRICT;

CREATE TABLE source_run (
  idx INTEGER PRIMARY KEY,            -- of source.started
  source TEXT NOT NULL,
  run TEXT NOT NULL,
  program TEXT NOT NULL,
  version TEXT NOT NULL,
  config TEXT,
  started TEXT NOT NULL,
  previous_end TEXT NOT NULL,
  stopped_idx INTEGER,
  stopped TEXT,
  stop_reason TEXT
) STRICT;
CREATE INDEX source_run_source ON source_run (source, idx);

CREATE TABLE source_gap (
  idx INTEGER PRIMARY KEY,
  source TEXT NOT NULL,
  since TEXT NOT NULL,
  until TEXT NOT NULL,
  reason TEXT NOT NULL,
  detail TEXT NOT NULL
) STRICT;
CREATE INDEX source_gap_source ON source_gap (source, idx);

CREATE TABLE sequence_break (         -- a source's number that is not the one that had to follow
  idx INTEGER PRIMARY KEY,
  source TEXT NOT NULL,
  expected INTEGER NOT NULL,
  found INTEGER NOT NULL
) STRICT;

CREATE TABLE access_key (
  key TEXT PRIMARY KEY,
  principal TEXT NOT NULL,
  principal_kind TEXT NOT NULL,
  system TEXT NOT NULL,
  secret_sha256 TEXT NOT NULL,
  expires TEXT,                       -- as issued; NULL: none was set
  note TEXT NOT NULL,
  issued_idx INTEGER NOT NULL,
  issued TEXT NOT NULL,
  issued_by TEXT NOT NULL,
  revoked_idx INTEGER,
  revoked TEXT,
  revoked_reason TEXT,
  limited_idx INTEGER,                -- its life was cut short: where, until when, and by which key it was replaced
  limited_until TEXT,
  replaced_by TEXT,
  uses INTEGER NOT NULL DEFAULT 0,    -- exchanges that were let in with it
  refusals INTEGER NOT NULL DEFAULT 0,
  last_used TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE config_loaded (
  idx INTEGER PRIMARY KEY,
  entry TEXT NOT NULL,
  recorded TEXT NOT NULL,
  program TEXT NOT NULL,
  settings TEXT NOT NULL              -- JSON object
) STRICT;

CREATE TABLE content_event (
  idx INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  conversation TEXT NOT NULL,
  recorded TEXT NOT NULL,
  reason TEXT NOT NULL
) STRICT;
CREATE INDEX content_event_conversation ON content_event (conversation, idx);

CREATE TABLE document_version (       -- every version of every kept record
  idx INTEGER PRIMARY KEY,
  entry TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  version INTEGER NOT NULL,           -- counts from 1 for each kind and id
  occurred TEXT NOT NULL,
  recorded TEXT NOT NULL,
  actor TEXT NOT NULL,
  actor_kind TEXT NOT NULL,
  method TEXT NOT NULL,
  source TEXT NOT NULL,
  assurance TEXT NOT NULL,
  supersedes TEXT,
  body TEXT NOT NULL                  -- canonical JSON
) STRICT;
CREATE INDEX document_version_id ON document_version (kind, id, idx, recorded);

CREATE TABLE discovery (              -- looks at the machine; the whole record is the entry
  idx INTEGER PRIMARY KEY,
  entry TEXT NOT NULL,
  recorded TEXT NOT NULL,
  host TEXT NOT NULL,
  started TEXT NOT NULL,
  ended TEXT NOT NULL,
  engines INTEGER NOT NULL,
  differences INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;

CREATE TABLE engine_sighting (        -- what engines were seen to be, whenever that changed
  idx INTEGER PRIMARY KEY,
  entry TEXT NOT NULL,
  source TEXT NOT NULL,
  upstream TEXT NOT NULL,
  seen_at TEXT NOT NULL,
  cause TEXT NOT NULL,
  product TEXT NOT NULL,
  build TEXT NOT NULL,
  models TEXT NOT NULL                -- JSON list
) STRICT;

CREATE TABLE engine_counters (        -- looks at the engines' own counters
  idx INTEGER PRIMARY KEY,
  entry TEXT NOT NULL,
  address TEXT NOT NULL,
  upstreams TEXT NOT NULL,            -- JSON list
  product TEXT NOT NULL,
  build TEXT NOT NULL,
  asked TEXT NOT NULL,
  answered TEXT NOT NULL,
  status TEXT NOT NULL,
  reason TEXT,
  process_start TEXT,
  counters TEXT NOT NULL              -- JSON list
) STRICT;
CREATE INDEX engine_counters_address ON engine_counters (address, idx);

CREATE TABLE classification (         -- every exchange.classified; the newest of an exchange is the one in force
  idx INTEGER PRIMARY KEY,
  entry TEXT NOT NULL,
  exchange TEXT NOT NULL,
  recorded TEXT NOT NULL,
  rule_set TEXT NOT NULL,
  looked_for TEXT NOT NULL,           -- JSON array
  made_by TEXT NOT NULL,
  request_state TEXT NOT NULL,
  request_bytes INTEGER NOT NULL,
  request_missing TEXT NOT NULL,      -- JSON array of reason and parts
  response_state TEXT NOT NULL,
  response_bytes INTEGER NOT NULL,
  response_missing TEXT NOT NULL
) STRICT;
CREATE INDEX classification_exchange ON classification (exchange, idx);

CREATE TABLE class_count (            -- spans of a class on one side of an exchange, by one classification
  idx INTEGER NOT NULL,
  side TEXT NOT NULL,
  class TEXT NOT NULL,
  spans INTEGER NOT NULL,
  PRIMARY KEY (idx, side, class)
) STRICT, WITHOUT ROWID;

CREATE TABLE fieldwork_event (        -- what was handed over, drawn, watched, noted and taken away; the whole body with it
  idx INTEGER PRIMARY KEY,
  entry TEXT NOT NULL,
  kind TEXT NOT NULL,
  about TEXT NOT NULL,                -- sample, run, note or receipt; of an export its population or engagement
  engagement TEXT,                    -- NULL where the entry names none
  occurred TEXT NOT NULL,
  recorded TEXT NOT NULL,
  actor TEXT NOT NULL,
  body TEXT NOT NULL                  -- JSON object; a note's text is not in it
) STRICT;
CREATE INDEX fieldwork_event_about ON fieldwork_event (kind, about, idx);
CREATE INDEX fieldwork_event_engagement ON fieldwork_event (kind, engagement, idx);
CREATE INDEX fieldwork_event_actor ON fieldwork_event (kind, actor, idx);

CREATE TABLE person_event (           -- accounts, proofs, sessions, tokens: everything about people but their looks
  idx INTEGER PRIMARY KEY,
  entry TEXT NOT NULL,
  kind TEXT NOT NULL,
  account TEXT,                       -- NULL: nobody's
  session TEXT,
  recorded TEXT NOT NULL,
  actor TEXT NOT NULL,
  actor_kind TEXT NOT NULL,
  method TEXT NOT NULL,
  source TEXT NOT NULL,
  body TEXT NOT NULL                  -- JSON
) STRICT;
CREATE INDEX person_event_account ON person_event (account, idx);
CREATE INDEX person_event_session ON person_event (session, idx) WHERE session IS NOT NULL;
CREATE INDEX person_event_kind ON person_event (kind, idx);

CREATE TABLE portal_view (            -- looks at pages whose looks are kept account of
  idx INTEGER PRIMARY KEY,
  entry TEXT NOT NULL,
  recorded TEXT NOT NULL,
  session TEXT NOT NULL,
  account TEXT NOT NULL,
  engagement TEXT,
  page TEXT NOT NULL,
  subjects TEXT NOT NULL,             -- JSON list
  status INTEGER NOT NULL
) STRICT;
CREATE INDEX portal_view_account ON portal_view (account, idx);
CREATE INDEX portal_view_engagement ON portal_view (engagement, idx) WHERE engagement IS NOT NULL;

CREATE TABLE access_event (           -- who came in, looked, took something away, changed what people may: one list over their kinds
  idx INTEGER PRIMARY KEY,
  entry TEXT NOT NULL UNIQUE,
  sort TEXT NOT NULL,                 -- sign_in, refused, content, taken, administered, viewed
  kind TEXT NOT NULL,
  account TEXT,                       -- whose doing; NULL: nobody who is known
  method TEXT NOT NULL,
  recorded TEXT NOT NULL,
  told TEXT NOT NULL                  -- JSON object: what of the body the list tells
) STRICT;
CREATE INDEX access_event_moment ON access_event (recorded, idx);
CREATE INDEX access_event_sort ON access_event (sort, recorded, idx);
CREATE INDEX access_event_account ON access_event (account, recorded, idx);
CREATE INDEX access_event_account_sort ON access_event (account, sort, recorded, idx);
