-- What daily work needs to find: what waits for a second person, what is to be done by when, which exceptions are open.

-- ---- op_: no facts ----------------------------------------------------------------------------------------------

-- A row of before knows no more than its id: these columns stay empty, and only its confirmation finds it.
ALTER TABLE op_waiting ADD COLUMN kind TEXT NOT NULL DEFAULT '';
ALTER TABLE op_waiting ADD COLUMN subject TEXT NOT NULL DEFAULT '';
ALTER TABLE op_waiting ADD COLUMN district TEXT NOT NULL DEFAULT ''; -- of the subject, or of who proposed it
ALTER TABLE op_waiting ADD COLUMN organisation TEXT NOT NULL DEFAULT '';
ALTER TABLE op_waiting ADD COLUMN actor TEXT NOT NULL DEFAULT '';

-- ---- derived: the work list -------------------------------------------------------------------------------------

-- What runs for a subject in the state it is in. The day it ends is not here where it follows from a limit and the
-- calendar, which may both become known later.
CREATE TABLE step (
    type         TEXT   NOT NULL,
    subject      TEXT   NOT NULL,
    step         TEXT   NOT NULL,
    since        TEXT   NOT NULL,
    due          TEXT   NOT NULL, -- empty: a limit says how long it may take
    district     TEXT   NOT NULL,
    organisation TEXT   NOT NULL,
    PRIMARY KEY (type, subject, step)
);
CREATE INDEX step_since ON step (since, type, subject);
CREATE INDEX step_due ON step (due, type, subject);

-- The kind of an exception's entry, by which it is shown or not; the entry that closed it, 0 while it is open.
ALTER TABLE exception ADD COLUMN kind TEXT NOT NULL DEFAULT '';
ALTER TABLE exception ADD COLUMN closed BIGINT NOT NULL DEFAULT 0;
CREATE INDEX exception_closed ON exception (closed, seq);

-- The derived tables of a registry without entries are in any shape.
UPDATE head SET shape = 2 WHERE seq = 0;
