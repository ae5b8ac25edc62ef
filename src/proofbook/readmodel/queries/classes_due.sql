-- Ended exchanges with content that were never classified, or, with :rule_set, not by these rules; or, with :again, not examined
-- for a reason that may be gone. Oldest first.
SELECT one.exchange, one.system, one.protocol, one.idx, one.response_idx, latest.entry
FROM exchange AS one
  LEFT JOIN classification AS latest ON latest.idx = (
    SELECT max(other.idx) FROM classification AS other WHERE other.exchange = one.exchange
  )
WHERE one.refused = 0
  AND one.state <> 'open'
  AND one.idx > :after
  AND (:since IS NULL OR one.occurred >= :since)
  AND (:until IS NULL OR one.occurred < :until)
  AND (:system IS NULL OR one.system = :system)
  AND (
    latest.idx IS NULL
    OR (latest.rule_set <> :rule_set AND :newer = 1)
    OR EXISTS (
      SELECT 1
      FROM json_each(json_array(json(latest.request_missing), json(latest.response_missing))) AS side
        JOIN json_each(side.value) AS missing
      WHERE missing.value ->> 'reason' IN ('queue_full', 'classifier_failed', 'stopped')
    )
  )
ORDER BY one.idx
LIMIT :limit;
