-- head_lock: takes the one lock that orders all writers, and says where the journal ends
-- gives: seq i, at_ms i, shape i
-- expects: one
UPDATE head SET seq = seq WHERE one = 1 RETURNING seq, at_ms, shape;

-- head_read: where the journal ends, for readers
-- gives: seq i, at_ms i, shape i
-- expects: one
SELECT seq, at_ms, shape FROM head WHERE one = 1;

-- head_move: after the last entry of a group
-- takes: seq i, at_ms i
-- expects: some
UPDATE head SET seq = $1, at_ms = $2 WHERE one = 1;

-- head_shape: the form the derived tables are in
-- takes: shape i
-- expects: some
UPDATE head SET shape = $1 WHERE one = 1;

-- journal_add: one accepted entry
-- takes: seq i, id t, type t, subject t, state t, leaf t
-- expects: some
INSERT INTO journal (seq, id, type, subject, state, leaf) VALUES ($1, $2, $3, $4, $5, $6);

-- journal_by_id: the entry under an id
-- takes: id t
-- gives: seq i, state t, leaf t
-- expects: one
SELECT seq, state, leaf FROM journal WHERE id = $1;

-- journal_by_seq: one entry
-- takes: seq i
-- gives: id t, type t, subject t, state t, leaf t
-- expects: one
SELECT id, type, subject, state, leaf FROM journal WHERE seq = $1;

-- journal_page: entries in order
-- takes: after i, most i
-- gives: seq i, id t, type t, subject t, state t, leaf t
-- expects: many
SELECT seq, id, type, subject, state, leaf FROM journal WHERE seq > $1 ORDER BY seq LIMIT $2;

-- journal_of_subject: one subject's history
-- takes: type t, subject t, after i, most i
-- gives: seq i, state t, leaf t
-- expects: many
SELECT seq, state, leaf FROM journal WHERE type = $1 AND subject = $2 AND seq > $3 ORDER BY seq LIMIT $4;

-- journal_since: the entry that brought a subject to the state it is in
-- takes: type t, subject t, state t
-- gives: leaf t
-- expects: one
SELECT leaf FROM journal WHERE type = $1 AND subject = $2 AND seq > (
    SELECT COALESCE(MAX(seq), 0) FROM journal WHERE type = $1 AND subject = $2 AND state <> $3) ORDER BY seq LIMIT 1;

-- checkpoint_add: the signed note of a group
-- takes: size i, previous i, note t
-- expects: some
INSERT INTO checkpoint (size, previous, note) VALUES ($1, $2, $3);

-- checkpoint_at: the smallest stored size that holds an entry
-- takes: size i
-- gives: size i, note t
-- expects: one
SELECT size, note FROM checkpoint WHERE size >= $1 ORDER BY size LIMIT 1;

-- checkpoint_page: checkpoints in order
-- takes: after i, most i
-- gives: size i, previous i, note t
-- expects: many
SELECT size, previous, note FROM checkpoint WHERE size > $1 ORDER BY size LIMIT $2;

-- tile_put: a tile as it is now; a partial one is rewritten
-- takes: level i, place i, hashes b
-- expects: some
INSERT INTO tile (level, place, hashes) VALUES ($1, $2, $3)
ON CONFLICT (level, place) DO UPDATE SET hashes = excluded.hashes;

-- tile_get: one tile
-- takes: level i, place i
-- gives: hashes b
-- expects: one
SELECT hashes FROM tile WHERE level = $1 AND place = $2;

-- subject_get: one subject as it is now
-- takes: type t, id t
-- gives: state t, frozen i, first_on t, seq i, view t
-- expects: one
SELECT state, frozen, first_on, seq, view FROM subject WHERE type = $1 AND id = $2;

-- subject_put: one subject as an entry left it
-- takes: type t, id t, state t, frozen i, first_on t, seq i, district t, organisation t, person t, view t
-- expects: some
INSERT INTO subject (type, id, state, frozen, first_on, seq, district, organisation, person, view)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (type, id) DO UPDATE SET state = excluded.state, frozen = excluded.frozen, first_on = excluded.first_on,
    seq = excluded.seq, district = excluded.district, organisation = excluded.organisation, person = excluded.person,
    view = excluded.view;

-- subject_of_person: subjects of one type that a person is found by
-- takes: type t, person t, most i
-- gives: id t, state t, frozen i, first_on t, seq i, view t
-- expects: many
SELECT id, state, frozen, first_on, seq, view FROM subject
WHERE type = $1 AND person = $2 AND person <> '' ORDER BY id LIMIT $3;

-- voucher_get: the entry that holds a voucher number
-- takes: organisation t, type t, subject t, kind t, voucher t
-- gives: seq i
-- expects: one
SELECT seq FROM voucher WHERE organisation = $1 AND type = $2 AND subject = $3 AND kind = $4 AND voucher = $5;

-- voucher_put: the first entry keeps it, even where a correction carries the same number
-- takes: organisation t, type t, subject t, kind t, voucher t, seq i
-- expects: run
INSERT INTO voucher (organisation, type, subject, kind, voucher, seq) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (organisation, type, subject, kind, voucher) DO NOTHING;

-- exception_put: a fact out of order or over what was approved
-- takes: seq i, type t, subject t, kind t, nature t, steps t, excess i, amount i, closed i
-- expects: some
INSERT INTO exception (seq, type, subject, kind, nature, steps, excess, amount, closed)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- exception_open: is there an open exception of this entry?
-- takes: type t, subject t, seq i
-- gives: seq i
-- expects: one
SELECT seq FROM exception WHERE type = $1 AND subject = $2 AND seq = $3 AND closed = 0;

-- exception_close: somebody has looked at it
-- takes: closed i, type t, subject t, seq i
-- expects: run
UPDATE exception SET closed = $1 WHERE type = $2 AND subject = $3 AND seq = $4 AND closed = 0;

-- exception_close_all: the same for all of one subject
-- takes: closed i, type t, subject t
-- expects: run
UPDATE exception SET closed = $1 WHERE type = $2 AND subject = $3 AND closed = 0;

-- exception_clear: before a subject's entries are folded again
-- takes: type t, subject t
-- expects: run
DELETE FROM exception WHERE type = $1 AND subject = $2;

-- step_add: what is to be done about a subject
-- takes: type t, subject t, step t, since t, due t, district t, organisation t
-- expects: some
INSERT INTO step (type, subject, step, since, due, district, organisation) VALUES ($1, $2, $3, $4, $5, $6, $7);

-- step_clear: before they are written anew
-- takes: type t, subject t
-- expects: run
DELETE FROM step WHERE type = $1 AND subject = $2;

-- line_add: what one subject lends to another
-- takes: holder_type t, holder t, on_day t, source_type t, source t, what t, district t, amount i
-- expects: some
INSERT INTO line (holder_type, holder, on_day, source_type, source, what, district, amount)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- line_clear: all that one subject lends to another
-- takes: holder_type t, holder t, source_type t, source t
-- expects: run
DELETE FROM line WHERE holder_type = $1 AND holder = $2 AND source_type = $3 AND source = $4;

-- lines_of: all that a subject was lent, the earliest day first
-- takes: holder_type t, holder t, most i
-- gives: on_day t, source_type t, source t, what t, district t, amount i
-- expects: many
SELECT on_day, source_type, source, what, district, amount FROM line WHERE holder_type = $1 AND holder = $2
ORDER BY on_day, source_type, source, what, district LIMIT $3;

-- delta_add: what an entry changed in one cell
-- takes: seq i, indicator t, district t, part t, on_day t, at_day t, amount i
-- expects: some
INSERT INTO delta (seq, indicator, district, part, on_day, at_day, amount) VALUES ($1, $2, $3, $4, $5, $6, $7);

-- bucket_add: a group's deltas of one cell
-- takes: indicator t, district t, part t, on_day t, at_day t, amount i
-- expects: some
INSERT INTO bucket (indicator, district, part, on_day, at_day, amount) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (indicator, district, part, on_day, at_day) DO UPDATE SET amount = bucket.amount + excluded.amount;

-- total_add: a group's deltas of one cell and year
-- takes: indicator t, district t, part t, year i, amount i
-- expects: some
INSERT INTO total (indicator, district, part, year, amount) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (indicator, district, part, year) DO UPDATE SET amount = total.amount + excluded.amount;

-- totals_of_years: every cell of whole years, as they stand now
-- takes: from_year i, to_year i
-- gives: indicator t, district t, part t, amount i
-- expects: many
SELECT indicator, district, part, CAST(SUM(amount) AS BIGINT) AS amount FROM total
WHERE year >= $1 AND year <= $2 GROUP BY indicator, district, part ORDER BY indicator, district, part;

-- totals_by_then: every cell as of a day, from what was known before the recording day cut
-- takes: from_day t, to_day t, known_day t
-- gives: indicator t, district t, part t, amount i
-- expects: many
SELECT indicator, district, part, CAST(SUM(amount) AS BIGINT) AS amount FROM bucket
WHERE on_day >= $1 AND on_day <= $2 AND at_day < $3
GROUP BY indicator, district, part ORDER BY indicator, district, part;

-- totals_that_day: the rest, from the recording day cut itself
-- takes: known_day t, known_seq i, from_day t, to_day t
-- gives: indicator t, district t, part t, amount i
-- expects: many
SELECT indicator, district, part, CAST(SUM(amount) AS BIGINT) AS amount FROM delta
WHERE at_day = $1 AND seq <= $2 AND on_day >= $3 AND on_day <= $4
GROUP BY indicator, district, part ORDER BY indicator, district, part;

-- total_sum: all of one indicator in a range of parts, with what the group at hand has added so far
-- takes: indicator t, from_part t, to_part t
-- gives: amount i
-- expects: one
SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS amount
FROM (SELECT amount FROM total WHERE indicator = $1 AND part >= $2 AND part < $3
      UNION ALL
      SELECT amount FROM delta WHERE seq > (SELECT seq FROM head WHERE one = 1)
          AND indicator = $1 AND part >= $2 AND part < $3) AS cells;

-- totals_latest: the last day in any total, empty where there is none; deltas too, as buckets wait for the group's end
-- takes: at_day t
-- gives: on_day t
-- expects: one
SELECT COALESCE(MAX(on_day), '') AS on_day
FROM (SELECT on_day FROM bucket UNION ALL SELECT on_day FROM delta WHERE at_day >= $1) AS days;

-- nonce_add: some row where it is new
-- takes: key_id t, nonce t, hash b, expires_ms i
-- expects: some
INSERT INTO op_nonce (key_id, nonce, hash, expires_ms) VALUES ($1, $2, $3, $4) ON CONFLICT (key_id, nonce) DO NOTHING;

-- nonce_get: what a nonce was used for
-- takes: key_id t, nonce t
-- gives: hash b
-- expects: one
SELECT hash FROM op_nonce WHERE key_id = $1 AND nonce = $2;

-- nonce_forget: those past their window
-- takes: now_ms i
-- expects: run
DELETE FROM op_nonce WHERE expires_ms < $1;

-- waiting_add: a correction or a proposal for a second person
-- takes: id t, mends t, at_ms i, kind t, subject t, district t, organisation t, actor t
-- expects: some
INSERT INTO op_waiting (id, mends, at_ms, kind, subject, district, organisation, actor)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- waiting_get: one that waits
-- takes: id t
-- gives: mends t, at_ms i
-- expects: one
SELECT mends, at_ms FROM op_waiting WHERE id = $1;

-- waiting_drop: recorded or withdrawn
-- takes: id t
-- expects: some
DELETE FROM op_waiting WHERE id = $1;

-- outbox_add: an organisation to tell of an entry
-- takes: seq i, organisation t
-- expects: some
INSERT INTO op_outbox (seq, organisation) VALUES ($1, $2);

-- channel_add: an organisation that is told of something has a channel to be told by
-- takes: organisation t
-- expects: run
INSERT INTO op_channel (organisation, failed, next_ms, held_ms) VALUES ($1, 0, 0, 0)
ON CONFLICT (organisation) DO NOTHING;

-- ---- rebuild: emptying what is derived ----------------------------------------------------------------------

-- empty_tile: for a rebuild
-- expects: run
DELETE FROM tile;

-- empty_subject: for a rebuild
-- expects: run
DELETE FROM subject;

-- empty_voucher: for a rebuild
-- expects: run
DELETE FROM voucher;

-- empty_exception: for a rebuild
-- expects: run
DELETE FROM exception;

-- empty_line: for a rebuild
-- expects: run
DELETE FROM line;

-- empty_step: for a rebuild
-- expects: run
DELETE FROM step;

-- empty_delta: for a rebuild
-- expects: run
DELETE FROM delta;

-- empty_bucket: for a rebuild
-- expects: run
DELETE FROM bucket;

-- empty_total: for a rebuild
-- expects: run
DELETE FROM total;

-- ---- verify: derived tables row by row, in the order of their keys; the first columns are the key ---------------

-- mac_stray: MACs in the side table that belong to no entry
-- takes: most i
-- gives: seq i
-- expects: many
SELECT seq FROM body_mac WHERE NOT EXISTS (SELECT 1 FROM journal WHERE journal.seq = body_mac.seq)
ORDER BY seq LIMIT $1;

-- scan_tile: for a comparison
-- takes: level i, place i, most i
-- gives: level i, place i, hashes b
-- expects: many
SELECT level, place, hashes FROM tile WHERE (level, place) > ($1, $2) ORDER BY level, place LIMIT $3;

-- scan_subject: for a comparison
-- takes: type t, id t, most i
-- gives: type t, id t, state t, frozen i, first_on t, seq i, district t, organisation t, person t, view t
-- expects: many
SELECT type, id, state, frozen, first_on, seq, district, organisation, person, view FROM subject
WHERE (type, id) > ($1, $2) ORDER BY type, id LIMIT $3;

-- scan_voucher: for a comparison
-- takes: organisation t, type t, subject t, kind t, voucher t, most i
-- gives: organisation t, type t, subject t, kind t, voucher t, seq i
-- expects: many
SELECT organisation, type, subject, kind, voucher, seq FROM voucher
WHERE (organisation, type, subject, kind, voucher) > ($1, $2, $3, $4, $5)
ORDER BY organisation, type, subject, kind, voucher LIMIT $6;

-- scan_exception: for a comparison
-- takes: seq i, most i
-- gives: seq i, type t, subject t, kind t, nature t, steps t, excess i, amount i, closed i
-- expects: many
SELECT seq, type, subject, kind, nature, steps, excess, amount, closed FROM exception WHERE seq > $1
ORDER BY seq LIMIT $2;

-- scan_line: for a comparison
-- takes: holder_type t, holder t, on_day t, source_type t, source t, what t, district t, most i
-- gives: holder_type t, holder t, on_day t, source_type t, source t, what t, district t, amount i
-- expects: many
SELECT holder_type, holder, on_day, source_type, source, what, district, amount FROM line
WHERE (holder_type, holder, on_day, source_type, source, what, district) > ($1, $2, $3, $4, $5, $6, $7)
ORDER BY holder_type, holder, on_day, source_type, source, what, district LIMIT $8;

-- scan_step: for a comparison
-- takes: type t, subject t, step t, most i
-- gives: type t, subject t, step t, since t, due t, district t, organisation t
-- expects: many
SELECT type, subject, step, since, due, district, organisation FROM step WHERE (type, subject, step) > ($1, $2, $3)
ORDER BY type, subject, step LIMIT $4;

-- scan_delta: for a comparison
-- takes: seq i, indicator t, district t, part t, on_day t, most i
-- gives: seq i, indicator t, district t, part t, on_day t, at_day t, amount i
-- expects: many
SELECT seq, indicator, district, part, on_day, at_day, amount FROM delta
WHERE (seq, indicator, district, part, on_day) > ($1, $2, $3, $4, $5)
ORDER BY seq, indicator, district, part, on_day LIMIT $6;

-- scan_bucket: for a comparison
-- takes: indicator t, district t, part t, on_day t, at_day t, most i
-- gives: indicator t, district t, part t, on_day t, at_day t, amount i
-- expects: many
SELECT indicator, district, part, on_day, at_day, amount FROM bucket
WHERE (indicator, district, part, on_day, at_day) > ($1, $2, $3, $4, $5)
ORDER BY indicator, district, part, on_day, at_day LIMIT $6;

-- scan_total: for a comparison
-- takes: indicator t, district t, part t, year i, most i
-- gives: indicator t, district t, part t, year i, amount i
-- expects: many
SELECT indicator, district, part, year, amount FROM total
WHERE (indicator, district, part, year) > ($1, $2, $3, $4)
ORDER BY indicator, district, part, year LIMIT $5;
