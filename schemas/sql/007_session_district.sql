-- The district for which a session uses a role that was lent to it; empty where the account's own holds.
ALTER TABLE op_session ADD COLUMN district TEXT NOT NULL DEFAULT '';
