-- The side tables: personal text, the index that finds a person by a number, and what tells a repeated body.
-- They are no part of the journal: copied by backup and move, never derived, erased without touching a proof.

-- Text sealed with AES-256-GCM; owner, field and version are authenticated with it.
CREATE TABLE private_text (
    owner   TEXT   NOT NULL, -- the random id of a person, or an entry's id
    field   TEXT   NOT NULL,
    version BIGINT NOT NULL CHECK (version > 0), -- of the key
    sealed  BLOB   NOT NULL,
    PRIMARY KEY (owner, field)
);

-- The keyed hash of a value (an identity number) and whom it names. The sealed value lets a rotation hash it anew.
CREATE TABLE blind_index (
    hash    BLOB   NOT NULL PRIMARY KEY,
    scheme  TEXT   NOT NULL, -- what kind of value it is
    person  TEXT   NOT NULL,
    version BIGINT NOT NULL CHECK (version > 0),
    sealed  BLOB   NOT NULL
);
CREATE INDEX blind_index_person ON blind_index (person);

-- The HMAC of an entry's canonical body as received, under the registry key; empty after an erasure.
CREATE TABLE body_mac (
    seq BIGINT NOT NULL PRIMARY KEY CHECK (seq > 0),
    mac BLOB   NOT NULL CHECK (length(mac) IN (0, 32))
);
