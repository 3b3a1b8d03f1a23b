-- What people are told of steps: made once, sent until taken.

-- notice_accounts: who may be told
-- takes: after t, most i
-- gives: id t
-- expects: many
SELECT id FROM subject WHERE type = 'account' AND state = 'open' AND id > $1 ORDER BY id LIMIT $2;

-- notice_steps: what runs and may be due by that day, in the order in which it began
-- takes: day t, since t, type t, subject t, step t, most i
-- gives: type t, subject t, step t, since t, due t, district t, organisation t
-- expects: many
SELECT type, subject, step, since, due, district, organisation FROM step
WHERE due <= $1 AND (since, type, subject, step) > ($2, $3, $4, $5) ORDER BY since, type, subject, step LIMIT $6;

-- notice_known: one that was made
-- takes: id t
-- gives: created_ms i
-- expects: one
SELECT created_ms FROM op_notice WHERE id = $1;

-- notice_add: a new one, unless another daemon was faster
-- takes: id t, account t, type t, subject t, step t, due t, reason t, state t, created_ms i, adapter t
-- expects: run
INSERT INTO op_notice (id, account, type, subject, step, due, reason, state, tries, first_ms, next_ms, created_ms,
                       adapter)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0, 0, $9, $10) ON CONFLICT (id) DO NOTHING;

-- notice_readers: for whom something waits
-- takes: now_ms i, most i
-- gives: account t
-- expects: many
SELECT DISTINCT account FROM op_notice WHERE state = 'waiting' AND next_ms <= $1 ORDER BY account LIMIT $2;

-- notice_claim: all that waits for a reader; nobody else sends it until then
-- takes: until_ms i, account t, now_ms i
-- gives: id t, type t, subject t, step t, due t, reason t, tries i, first_ms i
-- expects: many
UPDATE op_notice SET next_ms = $1 WHERE account = $2 AND state = 'waiting' AND next_ms <= $3
RETURNING id, type, subject, step, due, reason, tries, first_ms;

-- notice_put: what came of a try
-- takes: state t, tries i, first_ms i, next_ms i, adapter t, id t
-- expects: run
UPDATE op_notice SET state = $1, tries = $2, first_ms = $3, next_ms = $4, adapter = $5 WHERE id = $6;

-- notice_own: what one reader was told of, the newest first
-- takes: account t, most i
-- gives: id t, type t, subject t, step t, due t, reason t, state t, created_ms i
-- expects: many
SELECT id, type, subject, step, due, reason, state, created_ms FROM op_notice WHERE account = $1
ORDER BY created_ms DESC, id LIMIT $2;
