-- What somebody with the database, but without the keys, could do to the side tables.

-- text_move: gives one owner's sealed text to another
-- takes: owner t, before t
-- expects: some
UPDATE private_text SET owner = $1 WHERE owner = $2;

-- text_rename: shows a text as another field's
-- takes: field t, owner t
-- expects: some
UPDATE private_text SET field = $1 WHERE owner = $2;

-- text_age: claims another key
-- takes: version i, owner t
-- expects: some
UPDATE private_text SET version = $1 WHERE owner = $2;

-- text_damage: replaces the sealed bytes
-- takes: sealed b, owner t
-- expects: some
UPDATE private_text SET sealed = $1 WHERE owner = $2;

-- texts: everything that is stored
-- gives: owner t, field t, version i, sealed b
-- expects: many
SELECT owner, field, version, sealed FROM private_text ORDER BY owner, field;

-- blinds: everything that is stored
-- gives: hash b, person t, version i, sealed b
-- expects: many
SELECT hash, person, version, sealed FROM blind_index ORDER BY hash;

-- macs: everything that is stored
-- gives: seq i, mac b
-- expects: many
SELECT seq, mac FROM body_mac ORDER BY seq;
