-- What people were told of. No facts: copied by backup and move, never derived.

CREATE TABLE op_notice (
    id         TEXT   NOT NULL PRIMARY KEY, -- follows from the next six
    account    TEXT   NOT NULL,
    type       TEXT   NOT NULL,
    subject    TEXT   NOT NULL,
    step       TEXT   NOT NULL,
    due        TEXT   NOT NULL,
    reason     TEXT   NOT NULL CHECK (reason IN ('due_soon', 'overdue', 'late')),
    state      TEXT   NOT NULL CHECK (state IN ('waiting', 'sent', 'failed', 'parked')),
    tries      BIGINT NOT NULL CHECK (tries >= 0),
    first_ms   BIGINT NOT NULL, -- of the first try; 0 before it
    next_ms    BIGINT NOT NULL, -- not tried before; while somebody is at it, until when he has time
    created_ms BIGINT NOT NULL,
    adapter    TEXT   NOT NULL, -- by which it was sent last, or was to be
    UNIQUE (account, type, subject, step, due, reason)
);
CREATE INDEX op_notice_waiting ON op_notice (next_ms, account) WHERE state = 'waiting';
CREATE INDEX op_notice_own ON op_notice (account, created_ms, id);
