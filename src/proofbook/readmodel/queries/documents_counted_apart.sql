-- How many versions of kept records a list should hold, asked apart from whatever made the list. :kinds is a JSON array. :newest 1:
-- of each record only its newest version (recorded before :before, where that is given). :moment: JSON path of what must lie in
-- [:since, :until), `recorded`, or null. :field and :allowed (JSON array): what the record must say there. :systems (JSON array) or
-- null; :entity or null, and :mine 1 where records that name no entity and no system belong to it.
WITH known AS (
  SELECT kind, id, idx, recorded, body FROM document_version
  WHERE kind IN (SELECT value FROM json_each(:kinds)) AND idx < :size AND (:before IS NULL OR recorded < :before)
), chosen AS (
  SELECT * FROM known
  WHERE :newest = 0 OR idx IN (SELECT max(idx) FROM known GROUP BY kind, id)
), told AS (
  SELECT kind, id, body,
    CASE :moment WHEN 'recorded' THEN recorded ELSE json_extract(body, coalesce(:moment, '$.title')) END AS moment,
    json_extract(body, '$.system') AS system,
    coalesce(json_type(body, '$.system'), 'absent') AS has_system,
    coalesce(json_type(body, '$.systems'), 'absent') AS has_systems,
    json_extract(body, '$.entity') AS entity
  FROM chosen
), placed AS (
  SELECT *,
    EXISTS (SELECT 1 FROM json_each(body, '$.systems') WHERE value IN (SELECT value FROM json_each(:systems))) AS of_several,
    coalesce(system IN (SELECT value FROM json_each(:systems)), 0) AS of_one,
    kind = 'ai_system' AND id IN (SELECT value FROM json_each(:systems)) AS of_page
  FROM told
)
SELECT count(*) FROM placed
WHERE (:moment IS NULL OR (moment >= :since AND moment < :until))
  AND (:field IS NULL
    OR json_extract(body, :field) IN (SELECT value FROM json_each(:allowed))
    OR (json_extract(body, :field) IS NULL AND EXISTS (SELECT 1 FROM json_each(:allowed) WHERE type = 'null')))
  AND (:systems IS NULL OR kind <> 'ai_system' OR of_page)
  AND (:systems IS NULL OR has_system IN ('absent', 'null') OR of_one)
  AND (:systems IS NULL OR has_systems IN ('absent', 'null') OR json_array_length(body, '$.systems') = 0 OR of_several)
  AND (:entity IS NULL OR coalesce(entity, :entity) = :entity)
  AND (:entity IS NULL OR :mine = 1 OR entity = :entity OR of_one OR of_several OR of_page);
