-- The work list. A set of steps is a text ",type/step,type/step,", in which a row's own name is looked for.

-- step_past: steps of a set whose own day lies before that one, the oldest first
-- takes: steps t, day t, most i
-- gives: type t, subject t, step t, due t
-- expects: many
SELECT type, subject, step, due FROM step
WHERE replace($1, ',' || type || '/' || step || ',', '') <> $1 AND due <> '' AND due < $2
ORDER BY due, type, subject, step LIMIT $3;

-- step_page_all: what runs, in the order in which it began; a day: without what is due then or later by its own day
-- takes: steps t, past t, since t, type t, subject t, step t, most i
-- gives: type t, subject t, step t, since t, due t, district t
-- expects: many
SELECT type, subject, step, since, due, district FROM step
WHERE replace($1, ',' || type || '/' || step || ',', '') <> $1 AND ($2 = '' OR due < $2)
AND (since, type, subject, step) > ($3, $4, $5, $6) ORDER BY since, type, subject, step LIMIT $7;

-- step_page_district: the same within one district
-- takes: steps t, past t, since t, type t, subject t, step t, district t, most i
-- gives: type t, subject t, step t, since t, due t, district t
-- expects: many
SELECT type, subject, step, since, due, district FROM step
WHERE replace($1, ',' || type || '/' || step || ',', '') <> $1 AND ($2 = '' OR due < $2)
AND (since, type, subject, step) > ($3, $4, $5, $6) AND district = $7 ORDER BY since, type, subject, step LIMIT $8;

-- step_page_organisation: the same within one organisation
-- takes: steps t, past t, since t, type t, subject t, step t, organisation t, most i
-- gives: type t, subject t, step t, since t, due t, district t
-- expects: many
SELECT type, subject, step, since, due, district FROM step
WHERE replace($1, ',' || type || '/' || step || ',', '') <> $1 AND ($2 = '' OR due < $2)
AND (since, type, subject, step) > ($3, $4, $5, $6) AND organisation = $7 ORDER BY since, type, subject, step LIMIT $8;

-- step_counts_all: how many run, and of those with a day of their own how many are past it; the others by their begin
-- takes: day t, steps t
-- gives: type t, step t, district t, since t, running i, past i
-- expects: many
SELECT type, step, district, begun, CAST(COUNT(*) AS BIGINT), CAST(SUM(late) AS BIGINT) FROM (
    SELECT type, step, district, CASE WHEN due = '' THEN since ELSE '' END AS begun,
    CASE WHEN due <> '' AND due < $1 THEN 1 ELSE 0 END AS late
    FROM step WHERE replace($2, ',' || type || '/' || step || ',', '') <> $2) AS one
GROUP BY type, step, district, begun ORDER BY type, step, district, begun;

-- step_counts_district: the same within one district
-- takes: day t, steps t, within t
-- gives: type t, step t, district t, since t, running i, past i
-- expects: many
SELECT type, step, district, begun, CAST(COUNT(*) AS BIGINT), CAST(SUM(late) AS BIGINT) FROM (
    SELECT type, step, district, CASE WHEN due = '' THEN since ELSE '' END AS begun,
    CASE WHEN due <> '' AND due < $1 THEN 1 ELSE 0 END AS late
    FROM step WHERE replace($2, ',' || type || '/' || step || ',', '') <> $2 AND district = $3) AS one
GROUP BY type, step, district, begun ORDER BY type, step, district, begun;

-- step_counts_organisation: the same within one organisation
-- takes: day t, steps t, within t
-- gives: type t, step t, district t, since t, running i, past i
-- expects: many
SELECT type, step, district, begun, CAST(COUNT(*) AS BIGINT), CAST(SUM(late) AS BIGINT) FROM (
    SELECT type, step, district, CASE WHEN due = '' THEN since ELSE '' END AS begun,
    CASE WHEN due <> '' AND due < $1 THEN 1 ELSE 0 END AS late
    FROM step WHERE replace($2, ',' || type || '/' || step || ',', '') <> $2 AND organisation = $3) AS one
GROUP BY type, step, district, begun ORDER BY type, step, district, begun;

-- feed_put: a new address for an account's calendar; the old one ends
-- takes: account t, token b, role t, created_ms i
-- expects: some
INSERT INTO op_feed (account, token, role, created_ms) VALUES ($1, $2, $3, $4)
ON CONFLICT (account) DO UPDATE SET token = excluded.token, role = excluded.role, created_ms = excluded.created_ms;

-- feed_find: whose calendar it is
-- takes: token b
-- gives: account t, role t
-- expects: one
SELECT account, role FROM op_feed WHERE token = $1;
