-- What people decided is among the events, for replay: what they had decided before is said once, at
-- the end of the log.

INSERT INTO event(at, kind, key, total, body)
SELECT coalesce((SELECT at FROM event ORDER BY seq DESC LIMIT 1), 0), kind, key,
  coalesce((SELECT total FROM event ORDER BY seq DESC LIMIT 1), 0)
    + sum(32 + length(CAST(key AS BLOB)) + length(CAST(body AS BLOB))) OVER (ORDER BY key), body
FROM (
  SELECT 'PIN' AS kind, 'pin ' || lb AS key,
    json_object('document', json(document), 'lb', lb, 'revision', number) AS body
  FROM pin JOIN revision USING(lb) WHERE number = pin.revision
  UNION ALL
  SELECT 'VERDICT', 'verdict ' || lb || ' ' || kind || ' ' || key,
    json_object('class', class, 'decidedAt', coalesce(decided_at, 0), 'desired', coalesce(desired, ''),
      'edit', coalesce(edit, ''), 'firstSeen', first_seen, 'key', key, 'kind', kind,
      'lastGood', coalesce(last_good, 0), 'lb', lb, 'until', coalesce(until, 0), 'verdict', verdict)
  FROM finding WHERE verdict IS NOT NULL
)
ORDER BY key;
