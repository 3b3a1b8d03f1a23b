-- subject_one_all: one subject, for those who see the whole registry
-- takes: type t, id t
-- gives: id t, state t, frozen i, first_on t, seq i, view t
-- expects: one
SELECT id, state, frozen, first_on, seq, view FROM subject WHERE type = $1 AND id = $2;

-- subject_one_district: one subject, for those who see one district
-- takes: type t, id t, district t
-- gives: id t, state t, frozen i, first_on t, seq i, view t
-- expects: one
SELECT id, state, frozen, first_on, seq, view FROM subject WHERE type = $1 AND id = $2 AND district = $3;

-- subject_one_organisation: one subject, for those who see what is their organisation's
-- takes: type t, id t, organisation t
-- gives: id t, state t, frozen i, first_on t, seq i, view t
-- expects: one
SELECT id, state, frozen, first_on, seq, view FROM subject WHERE type = $1 AND id = $2 AND organisation = $3;

-- subject_page_all: subjects in the order of their ids; state "" is any
-- takes: type t, after t, state t, most i
-- gives: id t, state t, frozen i, first_on t, seq i, view t
-- expects: many
SELECT id, state, frozen, first_on, seq, view FROM subject
WHERE type = $1 AND id > $2 AND ($3 = '' OR state = $3) ORDER BY id LIMIT $4;

-- subject_page_district: the same within one district
-- takes: type t, district t, after t, state t, most i
-- gives: id t, state t, frozen i, first_on t, seq i, view t
-- expects: many
SELECT id, state, frozen, first_on, seq, view FROM subject
WHERE type = $1 AND district = $2 AND id > $3 AND ($4 = '' OR state = $4) ORDER BY id LIMIT $5;

-- subject_page_organisation: the same within one organisation
-- takes: type t, organisation t, after t, state t, most i
-- gives: id t, state t, frozen i, first_on t, seq i, view t
-- expects: many
SELECT id, state, frozen, first_on, seq, view FROM subject
WHERE type = $1 AND organisation = $2 AND id > $3 AND ($4 = '' OR state = $4) ORDER BY id LIMIT $5;

-- checkpoint_last: the newest signed note
-- gives: size i, note t
-- expects: one
SELECT size, note FROM checkpoint ORDER BY size DESC LIMIT 1;

-- clock_get: what an administrator has said of the clock
-- gives: count i, head_ms i
-- expects: one
SELECT count, head_ms FROM op_clock WHERE one = 1;

-- clock_confirm: the clock is right as it is, although the head may lie ahead of it
-- expects: some
UPDATE op_clock SET count = count + 1, head_ms = (SELECT at_ms FROM head WHERE one = 1) WHERE one = 1;
