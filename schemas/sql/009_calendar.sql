-- Calendar programs, which cannot log in. No facts: copied by backup and move, never derived.

-- Feeds by the SHA-256 of the token in their address, one an account; whether it still opens is the account's to say.
CREATE TABLE op_feed (
    account    TEXT   NOT NULL PRIMARY KEY,
    token      BLOB   NOT NULL UNIQUE CHECK (length(token) = 32),
    role       TEXT   NOT NULL, -- whose steps it shows
    created_ms BIGINT NOT NULL
);
