-- What became of each event. No facts: copied by backup and move, never derived.

ALTER TABLE op_outbox ADD COLUMN state TEXT NOT NULL DEFAULT 'waiting'
    CHECK (state IN ('waiting', 'delivered', 'parked'));
ALTER TABLE op_outbox ADD COLUMN tries BIGINT NOT NULL DEFAULT 0;
ALTER TABLE op_outbox ADD COLUMN first_ms BIGINT NOT NULL DEFAULT 0; -- of the first try; 0 before it
ALTER TABLE op_outbox ADD COLUMN next_ms BIGINT NOT NULL DEFAULT 0; -- not tried before; 0 until somebody looked at it
ALTER TABLE op_outbox ADD COLUMN answer TEXT NOT NULL DEFAULT ''; -- what came of the last try
CREATE INDEX op_outbox_feed ON op_outbox (organisation, seq);
CREATE INDEX op_outbox_waiting ON op_outbox (organisation, next_ms) WHERE state = 'waiting';
CREATE INDEX op_outbox_parked ON op_outbox (organisation, seq) WHERE state = 'parked';

-- One row for each organisation that was ever told of anything.
CREATE TABLE op_channel (
    organisation TEXT   NOT NULL PRIMARY KEY,
    failed       BIGINT NOT NULL, -- tries in a row, of whichever event, that were not taken
    next_ms      BIGINT NOT NULL, -- nothing is tried before
    held_ms      BIGINT NOT NULL  -- one sender is at it until then
);
INSERT INTO op_channel (organisation, failed, next_ms, held_ms) SELECT DISTINCT organisation, 0, 0, 0 FROM op_outbox;
