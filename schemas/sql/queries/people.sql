-- What the log-in asks of op_secret, op_attempt and op_session, and the status page of op_slip.

-- secret_get: what an account logs in with
-- takes: account t
-- gives: salt b, hash b, invited i, expires_ms i, enrolled i, step i, address b
-- expects: one
SELECT salt, hash, invited, expires_ms, enrolled, step, address FROM op_secret WHERE account = $1;

-- secret_by_login: whose login it is
-- takes: login t
-- gives: account t
-- expects: one
SELECT account FROM op_secret WHERE login = $1;

-- secret_drop: of an account that was closed
-- takes: account t
-- expects: some
DELETE FROM op_secret WHERE account = $1;

-- secret_invite: a one-time code in place of whatever was there
-- takes: account t, login t, salt b, hash b, expires_ms i, address b
-- expects: some
INSERT INTO op_secret (account, login, salt, hash, invited, expires_ms, enrolled, step, address)
VALUES ($1, $2, $3, $4, 1, $5, 0, -1, $6)
ON CONFLICT (account) DO UPDATE SET login = excluded.login, salt = excluded.salt, hash = excluded.hash, invited = 1,
    expires_ms = excluded.expires_ms, enrolled = 0, step = -1, address = excluded.address;

-- secret_enrol: a second factor was confirmed by the code of a step
-- takes: step i, account t
-- expects: some
UPDATE op_secret SET enrolled = 1, step = $1 WHERE account = $2;

-- secret_set: a password in place of the one before, or of the one-time code
-- takes: salt b, hash b, account t
-- expects: some
UPDATE op_secret SET salt = $1, hash = $2, invited = 0, expires_ms = 0 WHERE account = $3;

-- secret_use: the code of a step counts, unless it or a later one did
-- takes: step i, address b, account t
-- expects: some
UPDATE op_secret SET step = $1, address = $2 WHERE account = $3 AND step < $1;

-- attempt_get: until when tries under a name do not count
-- takes: name b
-- gives: next_ms i
-- expects: one
SELECT next_ms FROM op_attempt WHERE name = $1;

-- attempt_add: one more failure; the count begins anew after a quiet time
-- takes: name b, now_ms i, quiet_since_ms i
-- gives: failed i
-- expects: one
INSERT INTO op_attempt (name, failed, next_ms, seen_ms) VALUES ($1, 1, 0, $2)
ON CONFLICT (name) DO UPDATE SET
    failed = CASE WHEN op_attempt.seen_ms < $3 THEN 1 ELSE op_attempt.failed + 1 END, seen_ms = excluded.seen_ms
RETURNING failed;

-- attempt_delay: the next try under a name
-- takes: next_ms i, name b
-- expects: some
UPDATE op_attempt SET next_ms = $1 WHERE name = $2;

-- attempt_clear: after a log-in
-- takes: name b
-- expects: run
DELETE FROM op_attempt WHERE name = $1;

-- attempt_forget: those long quiet
-- takes: before_ms i
-- expects: run
DELETE FROM op_attempt WHERE seen_ms < $1;

-- session_add: a new session
-- takes: token b, login t, account t, role t, created_ms i
-- expects: some
INSERT INTO op_session (token, login, account, role, created_ms, seen_ms, ended_ms)
VALUES ($1, $2, $3, $4, $5, $5, 0);

-- session_get: a session that nobody has ended
-- takes: token b
-- gives: login t, account t, role t, district t, created_ms i, seen_ms i
-- expects: one
SELECT login, account, role, district, created_ms, seen_ms FROM op_session WHERE token = $1 AND ended_ms = 0;

-- session_seen: somebody still uses it
-- takes: seen_ms i, token b
-- expects: run
UPDATE op_session SET seen_ms = $1 WHERE token = $2 AND ended_ms = 0 AND seen_ms < $1;

-- session_change: another token, and perhaps another role
-- takes: token b, role t, district t, seen_ms i, before b
-- expects: some
UPDATE op_session SET token = $1, role = $2, district = $3, seen_ms = $4 WHERE token = $5 AND ended_ms = 0;

-- session_close: one session
-- takes: ended_ms i, token b
-- expects: some
UPDATE op_session SET ended_ms = $1 WHERE token = $2 AND ended_ms = 0;

-- session_close_others: all sessions of an account but one
-- takes: ended_ms i, account t, token b
-- expects: run
UPDATE op_session SET ended_ms = $1 WHERE account = $2 AND token <> $3 AND ended_ms = 0;

-- session_forget: those too old to matter to anybody
-- takes: before_ms i
-- expects: run
DELETE FROM op_session WHERE created_ms < $1;

-- slip_put: a slip of a loan; the one before it is worth nothing now
-- takes: loan t, code b, issued_ms i
-- expects: some
INSERT INTO op_slip (loan, code, issued_ms) VALUES ($1, $2, $3)
ON CONFLICT (loan) DO UPDATE SET code = excluded.code, issued_ms = excluded.issued_ms;

-- slip_find: whose a code is
-- takes: code b
-- gives: loan t
-- expects: one
SELECT loan FROM op_slip WHERE code = $1;
