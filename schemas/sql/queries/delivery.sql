-- What the sender, the feed and those who look after deliveries ask of op_outbox and op_channel.

-- channels_due: organisations with an event that may be tried now
-- takes: now_ms i, most i
-- gives: organisation t
-- expects: many
SELECT organisation FROM op_channel WHERE next_ms <= $1 AND held_ms <= $1 AND EXISTS (
    SELECT 1 FROM op_outbox WHERE op_outbox.organisation = op_channel.organisation AND state = 'waiting'
    AND op_outbox.next_ms <= $1) ORDER BY next_ms, organisation LIMIT $2;

-- channel_claim: whoever gets the row is alone with that organisation until then
-- takes: until_ms i, organisation t, now_ms i
-- gives: failed i
-- expects: one
UPDATE op_channel SET held_ms = $1 WHERE organisation = $2 AND next_ms <= $3 AND held_ms <= $3 RETURNING failed;

-- channel_put: how an organisation's endpoint fares
-- takes: failed i, next_ms i, organisation t
-- expects: some
UPDATE op_channel SET failed = $1, next_ms = $2, held_ms = 0 WHERE organisation = $3;

-- channel_wake: a pause ends; whoever holds the channel keeps it
-- takes: organisation t
-- expects: run
UPDATE op_channel SET failed = 0, next_ms = 0 WHERE organisation = $1;

-- outbox_skip: events from before there was an endpoint are not pushed; they can be pulled, and replayed
-- takes: organisation t, seq i
-- expects: run
UPDATE op_outbox SET state = 'parked', answer = 'before_endpoint'
WHERE organisation = $1 AND state = 'waiting' AND next_ms = 0 AND seq <= $2;

-- outbox_due: events to try now, the oldest first
-- takes: organisation t, now_ms i, most i
-- gives: seq i, tries i, first_ms i, type t, subject t, state t, leaf t
-- expects: many
SELECT o.seq, o.tries, o.first_ms, j.type, j.subject, j.state, j.leaf FROM op_outbox o JOIN journal j ON j.seq = o.seq
WHERE o.organisation = $1 AND o.state = 'waiting' AND o.next_ms <= $2 ORDER BY o.seq LIMIT $3;

-- outbox_put: what came of a try
-- takes: state t, tries i, first_ms i, next_ms i, answer t, seq i, organisation t
-- expects: some
UPDATE op_outbox SET state = $1, tries = $2, first_ms = $3, next_ms = $4, answer = $5
WHERE seq = $6 AND organisation = $7;

-- outbox_replay: parked events are tried again from the beginning
-- takes: now_ms i, organisation t, after i, until i
-- gives: seq i
-- expects: many
UPDATE op_outbox SET state = 'waiting', tries = 0, first_ms = 0, next_ms = $1, answer = 'replayed'
WHERE organisation = $2 AND state = 'parked' AND seq > $3 AND seq <= $4 RETURNING seq;

-- outbox_counts: how many events stand in each state
-- gives: state t, count i
-- expects: many
SELECT state, CAST(COUNT(*) AS BIGINT) FROM op_outbox GROUP BY state;

-- feed_page: an organisation's events in order
-- takes: organisation t, after i, most i
-- gives: seq i, type t, subject t, state t, leaf t
-- expects: many
SELECT o.seq, j.type, j.subject, j.state, j.leaf FROM op_outbox o JOIN journal j ON j.seq = o.seq
WHERE o.organisation = $1 AND o.seq > $2 ORDER BY o.seq LIMIT $3;

-- delivery_page: what became of an organisation's events; state "" is any
-- takes: organisation t, after i, state t, most i
-- gives: seq i, state t, tries i, first_ms i, next_ms i, answer t
-- expects: many
SELECT seq, state, tries, first_ms, next_ms, answer FROM op_outbox
WHERE organisation = $1 AND seq > $2 AND ($3 = '' OR state = $3) ORDER BY seq LIMIT $4;
