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
