-- Tables that have every shape the driver must carry, and nothing else.
CREATE TABLE value (
    id    BIGINT NOT NULL PRIMARY KEY,
    word  TEXT   NOT NULL,
    bytes BLOB   NOT NULL
);

CREATE TABLE head (
    id  BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    seq BIGINT NOT NULL
);
INSERT INTO head (id, seq) VALUES (1, 0);
