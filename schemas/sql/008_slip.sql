-- What the counter needs: a person's loans, and the slips by which applicants look at theirs.

-- ---- derived: state -----------------------------------------------------------------------------------------------

CREATE INDEX subject_person ON subject (person, type, id) WHERE person <> '';

-- ---- op_: no facts ------------------------------------------------------------------------------------------------

-- One slip a loan, the latest that was handed out, by the keyed hash of its code: the code itself is on paper alone.
CREATE TABLE op_slip (
    loan      TEXT   NOT NULL PRIMARY KEY,
    code      BLOB   NOT NULL UNIQUE CHECK (length(code) = 32),
    issued_ms BIGINT NOT NULL
);
