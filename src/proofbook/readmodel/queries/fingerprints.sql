-- Which system prompts and guardrails were used by which system, by when, within :size entries: how often, and the first time.
SELECT system, 'system_prompt' AS what, coalesce(system_prompt, 'unknown') AS value, count(*), min(occurred)
FROM exchange WHERE refused = 0 AND idx < :size AND occurred < :until GROUP BY system, value
UNION ALL
SELECT system, 'guardrail' AS what, coalesce(guardrail, 'unknown') AS value, count(*), min(occurred)
FROM exchange WHERE refused = 0 AND idx < :size AND occurred < :until GROUP BY system, value
ORDER BY 1, 2, 3;
