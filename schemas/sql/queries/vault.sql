-- What src/store/vault.c asks of the side tables.

-- private_text_put: stores or replaces one sealed text
-- takes: owner t, field t, version i, sealed b
-- expects: some
INSERT INTO private_text (owner, field, version, sealed) VALUES ($1, $2, $3, $4)
ON CONFLICT (owner, field) DO UPDATE SET version = excluded.version, sealed = excluded.sealed;

-- private_text_find: one sealed text
-- takes: owner t, field t
-- gives: version i, sealed b
-- expects: one
SELECT version, sealed FROM private_text WHERE owner = $1 AND field = $2;

-- private_text_page: texts behind a place
-- takes: owner t, field t, limit_rows i
-- gives: owner t, field t, version i, sealed b
-- expects: many
SELECT owner, field, version, sealed FROM private_text
WHERE (owner, field) > ($1, $2)
ORDER BY owner, field LIMIT $3;

-- private_text_erase: all texts of one owner
-- takes: owner t
-- expects: some
DELETE FROM private_text WHERE owner = $1;

-- private_text_older: texts behind a place that an older key sealed
-- takes: owner t, field t, version i, limit_rows i
-- gives: owner t, field t, version i, sealed b
-- expects: many
SELECT owner, field, version, sealed FROM private_text
WHERE (owner, field) > ($1, $2) AND version < $3
ORDER BY owner, field LIMIT $4;

-- private_text_reseal: the same text under another key, unless somebody replaced it meanwhile
-- takes: version i, sealed b, owner t, field t, before b
-- expects: run
UPDATE private_text SET version = $1, sealed = $2 WHERE owner = $3 AND field = $4 AND sealed = $5;

-- blind_index_put: a new value of a person
-- takes: hash b, scheme t, person t, version i, sealed b
-- expects: some
INSERT INTO blind_index (hash, scheme, person, version, sealed) VALUES ($1, $2, $3, $4, $5);

-- blind_index_find: whom a value names
-- takes: hash b
-- gives: person t
-- expects: one
SELECT person FROM blind_index WHERE hash = $1;

-- blind_index_drop: one value
-- takes: hash b
-- expects: run
DELETE FROM blind_index WHERE hash = $1;

-- blind_index_erase: all values of one person
-- takes: person t
-- expects: some
DELETE FROM blind_index WHERE person = $1;

-- blind_index_older: values behind a place that an older key hashed
-- takes: hash b, version i, limit_rows i
-- gives: hash b, scheme t, person t, version i, sealed b
-- expects: many
SELECT hash, scheme, person, version, sealed FROM blind_index
WHERE hash > $1 AND version < $2
ORDER BY hash LIMIT $3;

-- blind_index_rehash: the same value under another key
-- takes: hash b, version i, sealed b, before b
-- expects: run
UPDATE blind_index SET hash = $1, version = $2, sealed = $3 WHERE hash = $4;

-- body_mac_put: of an entry just accepted
-- takes: seq i, mac b
-- expects: some
INSERT INTO body_mac (seq, mac) VALUES ($1, $2);

-- body_mac_find: of an entry
-- takes: seq i
-- gives: mac b
-- expects: one
SELECT mac FROM body_mac WHERE seq = $1;

-- body_mac_erase: nothing equals this body any more
-- takes: nothing b, seq i
-- expects: some
UPDATE body_mac SET mac = $1 WHERE seq = $2;
