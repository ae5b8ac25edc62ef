-- What custom populations may ask: read-only views over the projection, as the first <SIZE> entries of the book tell it. <SIZE> is put
-- in by the program, a number. What came later is not known in them.
CREATE TEMP VIEW exchanges AS
SELECT
  entry, idx AS "index", exchange, occurred, recorded, source, seq, system, principal, principal_kind, principal_method,
  principal_key, claimed_user, verified_user, conversation, protocol, stream, model_asked, artifact, binding, upstream, product, build,
  messages, tools, system_prompt, guardrail, request_bytes, flags, refused, refusals,
  iif(response_idx >= <SIZE>, 'open', state) AS state,
  iif(response_idx >= <SIZE>, NULL, reason) AS reason,
  iif(response_idx >= <SIZE>, NULL, http_status) AS http_status,
  iif(response_idx >= <SIZE>, NULL, response_entry) AS response_entry,
  iif(response_idx >= <SIZE>, NULL, response_recorded) AS response_recorded,
  iif(response_idx >= <SIZE>, NULL, model_answered) AS model_answered,
  iif(response_idx >= <SIZE>, NULL, prompt_tokens) AS prompt_tokens,
  iif(response_idx >= <SIZE>, NULL, completion_tokens) AS completion_tokens
FROM main.exchange WHERE idx < <SIZE>;

CREATE TEMP VIEW records AS
SELECT
  entry, idx AS "index", kind, id, version, occurred, recorded, actor, actor_kind, method, source, assurance, supersedes, body,
  NOT EXISTS (
    SELECT 1 FROM main.document_version later
    WHERE later.kind = told.kind AND later.id = told.id AND later.idx > told.idx AND later.idx < <SIZE>
  ) AS newest
FROM main.document_version told WHERE idx < <SIZE>;

CREATE TEMP VIEW artifacts AS
SELECT
  entry, idx AS "index", subject, artifact, recorded, name, store, location, host, format, bytes_total, files_total,
  license_declared, architecture, parameters, quantization, verification, rung, signature, code_executing, observed_at
FROM main.artifact_version WHERE idx < <SIZE>;

CREATE TEMP VIEW access_keys AS
SELECT
  key, principal, principal_kind, system, expires, note, issued_idx AS "index", issued, issued_by,
  iif(revoked_idx >= <SIZE>, NULL, revoked) AS revoked,
  iif(revoked_idx >= <SIZE>, NULL, revoked_reason) AS revoked_reason,
  iif(limited_idx >= <SIZE>, NULL, limited_until) AS limited_until
FROM main.access_key WHERE issued_idx < <SIZE>;

CREATE TEMP VIEW gaps AS
SELECT idx AS "index", source, since, until, reason, detail FROM main.source_gap WHERE idx < <SIZE>;

CREATE TEMP VIEW sightings AS
SELECT entry, idx AS "index", source, upstream, seen_at, cause, product, build, models FROM main.engine_sighting WHERE idx < <SIZE>;

CREATE TEMP VIEW settings AS
SELECT entry, idx AS "index", recorded, program, settings FROM main.config_loaded WHERE idx < <SIZE>;

CREATE TEMP VIEW content_events AS
SELECT idx AS "index", kind, conversation, recorded, reason FROM main.content_event WHERE idx < <SIZE>;
