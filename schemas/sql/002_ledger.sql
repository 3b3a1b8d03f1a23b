-- What the ledger keeps. Three sorts of tables: the journal (what was accepted, in order), what is derived from it
-- (dropped and rebuilt at will), and op_ tables (what is no fact: nonces, intents, what waits for a second person).
-- Days are TEXT 'YYYY-MM-DD', so that a dump can be read and sorts; moments are milliseconds since 1970 UTC.

-- ---- the journal ----------------------------------------------------------------------------------------------

-- One row, whose lock orders all writers. `seq` and `at_ms` are those of the newest entry; `shape` is the number of the
-- form in which the derived tables are, 0 while they are being rebuilt.
CREATE TABLE head (
    one     BIGINT NOT NULL PRIMARY KEY CHECK (one = 1),
    seq     BIGINT NOT NULL,
    at_ms   BIGINT NOT NULL,
    shape   BIGINT NOT NULL
);
INSERT INTO head (one, seq, at_ms, shape) VALUES (1, 0, 0, 1);

-- `leaf` holds the bytes that were hashed; every other column repeats a member of it for an index, but `state`: the
-- state that this entry left.
CREATE TABLE journal (
    seq     BIGINT NOT NULL PRIMARY KEY,
    id      TEXT   NOT NULL UNIQUE,
    type    TEXT   NOT NULL,
    subject TEXT   NOT NULL,
    state   TEXT   NOT NULL,
    leaf    TEXT   NOT NULL
);
CREATE INDEX journal_subject ON journal (type, subject, seq);

-- The signed note of one group of entries, written in their transaction. `previous` is the size of the one before it,
-- so that one that went is missed: the same entry would get another receipt.
CREATE TABLE checkpoint (
    size     BIGINT NOT NULL PRIMARY KEY,
    previous BIGINT NOT NULL,
    note     TEXT   NOT NULL
);

-- ---- derived: the Merkle tree --------------------------------------------------------------------------------

CREATE TABLE tile (
    level   BIGINT NOT NULL,
    place   BIGINT NOT NULL,
    hashes  BLOB   NOT NULL,
    PRIMARY KEY (level, place)
);

-- ---- derived: state -------------------------------------------------------------------------------------------

CREATE TABLE subject (
    type         TEXT   NOT NULL,
    id           TEXT   NOT NULL,
    state        TEXT   NOT NULL,
    frozen       BIGINT NOT NULL CHECK (frozen IN (0, 1)),
    first_on     TEXT   NOT NULL,
    seq          BIGINT NOT NULL,
    district     TEXT   NOT NULL,
    organisation TEXT   NOT NULL,
    person       TEXT   NOT NULL,
    view         TEXT   NOT NULL,
    PRIMARY KEY (type, id)
);

-- A bank's voucher numbers: unique for ever by bank, subject and kind.
CREATE TABLE voucher (
    organisation TEXT   NOT NULL,
    type         TEXT   NOT NULL,
    subject      TEXT   NOT NULL,
    kind         TEXT   NOT NULL,
    voucher      TEXT   NOT NULL,
    seq          BIGINT NOT NULL,
    PRIMARY KEY (organisation, type, subject, kind, voucher)
);

-- Facts that came early, late, on a side branch or over what was approved: the work list.
CREATE TABLE exception (
    seq     BIGINT NOT NULL PRIMARY KEY,
    type    TEXT   NOT NULL,
    subject TEXT   NOT NULL,
    nature  TEXT   NOT NULL, -- in_order, early, late or side
    steps   TEXT   NOT NULL, -- the kinds an early fact skipped, joined by commas
    excess  BIGINT NOT NULL CHECK (excess IN (0, 1)),
    amount  BIGINT NOT NULL CHECK (amount BETWEEN -9000000000000000 AND 9000000000000000) -- fen
);
CREATE INDEX exception_subject ON exception (type, subject);

-- What one subject lends to another, so that the holder may count it.
CREATE TABLE line (
    holder_type TEXT   NOT NULL,
    holder      TEXT   NOT NULL,
    on_day      TEXT   NOT NULL,
    source_type TEXT   NOT NULL,
    source      TEXT   NOT NULL,
    what        TEXT   NOT NULL,
    district    TEXT   NOT NULL,
    amount      BIGINT NOT NULL CHECK (amount BETWEEN -9000000000000000 AND 9000000000000000), -- fen
    PRIMARY KEY (holder_type, holder, on_day, source_type, source, what, district)
);

-- ---- derived: totals ------------------------------------------------------------------------------------------

-- What one entry changed. A total is the sum of its deltas, from any side one looks.
CREATE TABLE delta (
    seq       BIGINT NOT NULL,
    indicator TEXT   NOT NULL,
    district  TEXT   NOT NULL,
    part      TEXT   NOT NULL,
    on_day    TEXT   NOT NULL,
    at_day    TEXT   NOT NULL,
    amount    BIGINT NOT NULL CHECK (amount BETWEEN -9000000000000000 AND 9000000000000000), -- fen
    PRIMARY KEY (seq, indicator, district, part, on_day)
);
CREATE INDEX delta_day ON delta (at_day, seq);

-- The deltas of one recording day, summed: what as-of and known-at answers read.
CREATE TABLE bucket (
    indicator TEXT   NOT NULL,
    district  TEXT   NOT NULL,
    part      TEXT   NOT NULL,
    on_day    TEXT   NOT NULL,
    at_day    TEXT   NOT NULL,
    amount    BIGINT NOT NULL CHECK (amount BETWEEN -9000000000000000 AND 9000000000000000), -- fen
    PRIMARY KEY (indicator, district, part, on_day, at_day)
);

-- All deltas of one year of `on`: what a dashboard reads. As many rows as cells, whatever the number of loans.
CREATE TABLE total (
    indicator TEXT   NOT NULL,
    district  TEXT   NOT NULL,
    part      TEXT   NOT NULL,
    year      BIGINT NOT NULL,
    amount    BIGINT NOT NULL CHECK (amount BETWEEN -9000000000000000 AND 9000000000000000), -- fen
    PRIMARY KEY (indicator, district, part, year)
);

-- ---- op_: no facts ---------------------------------------------------------------------------------------------

-- (key, nonce) -> hash of what it was used for, kept as long as the freshness window asks.
CREATE TABLE op_nonce (
    key_id     TEXT   NOT NULL,
    nonce      TEXT   NOT NULL,
    hash       BLOB   NOT NULL,
    expires_ms BIGINT NOT NULL,
    PRIMARY KEY (key_id, nonce)
);
CREATE INDEX op_nonce_expiry ON op_nonce (expires_ms);

-- Corrections that wait for a second person; what they say lies sealed in the side table.
CREATE TABLE op_waiting (
    id      TEXT   NOT NULL PRIMARY KEY,
    mends   TEXT   NOT NULL,
    at_ms   BIGINT NOT NULL
);
CREATE INDEX op_waiting_mends ON op_waiting (mends);

-- Intents to tell an organisation of an entry; the sender works them off.
CREATE TABLE op_outbox (
    seq          BIGINT NOT NULL,
    organisation TEXT   NOT NULL,
    PRIMARY KEY (seq, organisation)
);
