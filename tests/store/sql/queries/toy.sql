-- What the tests of the driver ask.

-- value_put: a new row
-- takes: id i, word t, bytes b
-- expects: run
INSERT INTO value (id, word, bytes) VALUES ($1, $2, $3);

-- value_offer: a new row, or none where the id is taken
-- takes: id i, word t, bytes b
-- expects: some
INSERT INTO value (id, word, bytes) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING;

-- value_find: one row
-- takes: id i
-- gives: id i, word t, bytes b
-- expects: one
SELECT id, word, bytes FROM value WHERE id = $1;

-- value_word: the row of a word
-- takes: word t
-- gives: id i
-- expects: one
SELECT id FROM value WHERE word = $1;

-- value_bytes: the row of some bytes
-- takes: bytes b
-- gives: id i
-- expects: one
SELECT id FROM value WHERE bytes = $1;

-- value_page: rows behind an id
-- takes: id i, limit_rows i
-- gives: id i, word t
-- expects: many
SELECT id, word FROM value WHERE id > $1 ORDER BY id LIMIT $2;

-- value_words: all words in the engine's order
-- gives: word t
-- expects: many
SELECT word FROM value ORDER BY word;

-- value_count: how many rows
-- gives: count i
-- expects: one
SELECT COUNT(*) FROM value;

-- value_sum: of all ids
-- gives: total i
-- expects: one
SELECT CAST(COALESCE(SUM(id), 0) AS BIGINT) FROM value;

-- value_drop: one row
-- takes: id i
-- expects: some
DELETE FROM value WHERE id = $1;

-- value_sum_or_nothing: no row gives nothing, which no statement may
-- gives: total i
-- expects: one
SELECT CAST(SUM(id) AS BIGINT) FROM value;

-- head_next: the next number, and the lock of everybody who wants one
-- gives: seq i
-- expects: one
UPDATE head SET seq = seq + 1 WHERE id = 1 RETURNING seq;

-- purse_add: adds to a total
-- takes: name t, amount i
-- gives: amount i
-- expects: one
INSERT INTO purse AS p (name, amount) VALUES ($1, $2)
ON CONFLICT (name) DO UPDATE SET amount = p.amount + excluded.amount RETURNING amount;
