-- What the outside needs of the database beside the facts themselves.

-- An administrator's word that the clock is right: how often it was given, and the head's time when it was given last.
CREATE TABLE op_clock (
    one     BIGINT NOT NULL PRIMARY KEY CHECK (one = 1),
    count   BIGINT NOT NULL,
    head_ms BIGINT NOT NULL
);
INSERT INTO op_clock (one, count, head_ms) VALUES (1, 0, 0);

-- Pages of what is one reader's own.
CREATE INDEX subject_district ON subject (type, district, id);
CREATE INDEX subject_organisation ON subject (type, organisation, id);
