-- How people log in. No facts: copied by backup and move, never derived.

-- One row for each account that may log in. The secret of the second factor lies sealed in the side table.
CREATE TABLE op_secret (
    account    TEXT   NOT NULL PRIMARY KEY,
    login      TEXT   NOT NULL UNIQUE,
    salt       BLOB   NOT NULL CHECK (length(salt) = 16),
    hash       BLOB   NOT NULL CHECK (length(hash) = 32), -- scrypt of the password, or of the one-time code
    invited    BIGINT NOT NULL CHECK (invited IN (0, 1)), -- 1: the hash is that of a one-time code
    expires_ms BIGINT NOT NULL CHECK (expires_ms >= 0), -- of the one-time code; 0 without one
    enrolled   BIGINT NOT NULL CHECK (enrolled IN (0, 1)), -- 1: the second factor was confirmed
    step       BIGINT NOT NULL, -- of the last code that counted: none before it and not it counts again
    address    BLOB   NOT NULL -- keyed hash of where the last log-in came from; empty before the first
);

-- Failed tries, under the keyed hash of a login or of an address: neither stands here in clear.
CREATE TABLE op_attempt (
    name    BLOB   NOT NULL PRIMARY KEY CHECK (length(name) = 32),
    failed  BIGINT NOT NULL CHECK (failed > 0),
    next_ms BIGINT NOT NULL, -- no try counts before it
    seen_ms BIGINT NOT NULL
);
CREATE INDEX op_attempt_seen ON op_attempt (seen_ms);

-- Sessions by the SHA-256 of their token; the token itself is the browser's alone.
CREATE TABLE op_session (
    token      BLOB   NOT NULL PRIMARY KEY CHECK (length(token) = 32),
    login      TEXT   NOT NULL,
    account    TEXT   NOT NULL,
    role       TEXT   NOT NULL, -- in use; empty: may only set a password and a second factor
    created_ms BIGINT NOT NULL,
    seen_ms    BIGINT NOT NULL,
    ended_ms   BIGINT NOT NULL -- 0 while it lasts
);
CREATE INDEX op_session_account ON op_session (account);
CREATE INDEX op_session_created ON op_session (created_ms);
