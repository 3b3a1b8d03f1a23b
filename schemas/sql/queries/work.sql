-- What is to be worked off: exceptions, and what waits for a second person. The scope of a reader stands in the text.

-- exception_page_all: exceptions in their order, for those who see the whole registry; leaves of the entry and of the
-- one that closed it, empty where none has
-- takes: after i, closed_from i, closed_to i, most i
-- gives: seq i, type t, subject t, kind t, nature t, steps t, excess i, amount i, closed i, leaf t, closing t
-- expects: many
SELECT x.seq, x.type, x.subject, x.kind, x.nature, x.steps, x.excess, x.amount, x.closed, j.leaf,
    COALESCE(c.leaf, '') AS closing
FROM exception AS x JOIN journal AS j ON j.seq = x.seq LEFT JOIN journal AS c ON c.seq = x.closed
WHERE x.seq > $1 AND x.closed >= $2 AND x.closed <= $3 ORDER BY x.seq LIMIT $4;

-- exception_page_district: the same within one district
-- takes: district t, after i, closed_from i, closed_to i, most i
-- gives: seq i, type t, subject t, kind t, nature t, steps t, excess i, amount i, closed i, leaf t, closing t
-- expects: many
SELECT x.seq, x.type, x.subject, x.kind, x.nature, x.steps, x.excess, x.amount, x.closed, j.leaf,
    COALESCE(c.leaf, '') AS closing
FROM exception AS x JOIN subject AS s ON s.type = x.type AND s.id = x.subject AND s.district = $1
    JOIN journal AS j ON j.seq = x.seq LEFT JOIN journal AS c ON c.seq = x.closed
WHERE x.seq > $2 AND x.closed >= $3 AND x.closed <= $4 ORDER BY x.seq LIMIT $5;

-- exception_page_organisation: the same within one organisation
-- takes: organisation t, after i, closed_from i, closed_to i, most i
-- gives: seq i, type t, subject t, kind t, nature t, steps t, excess i, amount i, closed i, leaf t, closing t
-- expects: many
SELECT x.seq, x.type, x.subject, x.kind, x.nature, x.steps, x.excess, x.amount, x.closed, j.leaf,
    COALESCE(c.leaf, '') AS closing
FROM exception AS x JOIN subject AS s ON s.type = x.type AND s.id = x.subject AND s.organisation = $1
    JOIN journal AS j ON j.seq = x.seq LEFT JOIN journal AS c ON c.seq = x.closed
WHERE x.seq > $2 AND x.closed >= $3 AND x.closed <= $4 ORDER BY x.seq LIMIT $5;

-- exception_sums_all: how many are open and what they come to, by district, nature and kind
-- gives: district t, nature t, kind t, number i, amount i
-- expects: many
SELECT s.district, x.nature, x.kind, COUNT(*) AS number, CAST(SUM(x.amount) AS BIGINT) AS amount
FROM exception AS x JOIN subject AS s ON s.type = x.type AND s.id = x.subject
WHERE x.closed = 0 GROUP BY s.district, x.nature, x.kind ORDER BY s.district, x.nature, x.kind;

-- exception_sums_district: the same of one district
-- takes: district t
-- gives: district t, nature t, kind t, number i, amount i
-- expects: many
SELECT s.district, x.nature, x.kind, COUNT(*) AS number, CAST(SUM(x.amount) AS BIGINT) AS amount
FROM exception AS x JOIN subject AS s ON s.type = x.type AND s.id = x.subject AND s.district = $1
WHERE x.closed = 0 GROUP BY s.district, x.nature, x.kind ORDER BY s.district, x.nature, x.kind;

-- waiting_page_all: what waits, in the order of the ids, for those who see the whole registry; a row without a kind is
-- of before the kind was kept
-- takes: after t, most i
-- gives: id t, kind t, actor t
-- expects: many
SELECT id, kind, actor FROM op_waiting WHERE kind <> '' AND id > $1 ORDER BY id LIMIT $2;

-- waiting_page_district: the same within one district
-- takes: district t, after t, most i
-- gives: id t, kind t, actor t
-- expects: many
SELECT id, kind, actor FROM op_waiting WHERE kind <> '' AND district = $1 AND id > $2 ORDER BY id LIMIT $3;

-- waiting_page_organisation: the same within one organisation
-- takes: organisation t, after t, most i
-- gives: id t, kind t, actor t
-- expects: many
SELECT id, kind, actor FROM op_waiting WHERE kind <> '' AND organisation = $1 AND id > $2 ORDER BY id LIMIT $3;

-- waiting_one_all: one that waits, for those who see the whole registry
-- takes: id t
-- gives: id t, kind t, actor t
-- expects: one
SELECT id, kind, actor FROM op_waiting WHERE kind <> '' AND id = $1;

-- waiting_one_district: the same within one district
-- takes: id t, district t
-- gives: id t, kind t, actor t
-- expects: one
SELECT id, kind, actor FROM op_waiting WHERE kind <> '' AND id = $1 AND district = $2;

-- waiting_one_organisation: the same within one organisation
-- takes: id t, organisation t
-- gives: id t, kind t, actor t
-- expects: one
SELECT id, kind, actor FROM op_waiting WHERE kind <> '' AND id = $1 AND organisation = $2;

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
