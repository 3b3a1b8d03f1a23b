"""Fills a founded SQLite registry with loans PAST THE DOOR, for measuring how reads depend on their number.

What it makes for each loan: a subject with a loan's view, a journal row of a leaf's length that is no leaf, two deltas
(loan_amount, supported); then the buckets and totals that follow from these deltas, and the head. It makes no tree, no
checkpoint, no receipt and no evidence, so `ventured verify` fails on such a registry, as it should.

Must not be used on a registry that is anybody's: it refuses one that has loans of its own.
Invariant: every id begins with `synthetic-`, and totals are the sums of the deltas that were made.
"""
import sqlite3

DISTRICTS = ("330602", "330603", "330604", "330681", "330683", "330624")

NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count) "
DISTRICT = "CASE i % 6 " + " ".join(f"WHEN {k} THEN '{code}'" for k, code in enumerate(DISTRICTS)) + " END"
PART = "CASE i % 2 WHEN 0 THEN 'class1' ELSE 'class2' END"
DAY = "date('2023-01-01', '+' || (i * 7919 % 365) || ' days')"
AMOUNT = "(5 + i * 104729 % 45) * 1000000"  # fen

STEPS = (
    NUMBERS + "INSERT INTO subject (type, id, state, frozen, first_on, seq, district, organisation, person, view) "
    f"SELECT 'loan', printf('synthetic-%08d', i), 'repaying', 0, {DAY}, :head + i, {DISTRICT}, "
    "'bank-demo-' || (1 + i % 4), '', :view FROM n",
    NUMBERS + "INSERT INTO journal (seq, id, type, subject, state, leaf) "
    "SELECT :head + i, printf('synthetic-%08d', i), 'loan', printf('synthetic-%08d', i), 'repaying', :leaf FROM n",
    NUMBERS + "INSERT INTO delta (seq, indicator, district, part, on_day, at_day, amount) "
    f"SELECT :head + i, 'loan_amount', {DISTRICT}, {PART}, {DAY}, {DAY}, {AMOUNT} FROM n",
    NUMBERS + "INSERT INTO delta (seq, indicator, district, part, on_day, at_day, amount) "
    f"SELECT :head + i, 'supported', {DISTRICT}, '', {DAY}, {DAY}, 1 FROM n",
    "INSERT INTO bucket (indicator, district, part, on_day, at_day, amount) SELECT indicator, district, part, on_day, "
    "at_day, SUM(amount) FROM delta WHERE seq > :head GROUP BY indicator, district, part, on_day, at_day",
    "INSERT INTO total (indicator, district, part, year, amount) SELECT indicator, district, part, 2023, SUM(amount) "
    "FROM delta WHERE seq > :head GROUP BY indicator, district, part",
    "UPDATE head SET seq = :head + :count",
)


def fill(path, count):
    """What the plan's table must say of loan_amount in all, in fen."""
    with sqlite3.connect(path) as db:
        if db.execute("SELECT COUNT(*) FROM subject WHERE type = 'loan'").fetchone()[0] > 0:
            raise RuntimeError("this registry has loans: it is left alone")
        db.execute("PRAGMA synchronous = OFF")
        words = {"count": count, "head": db.execute("SELECT seq FROM head").fetchone()[0], "view": "v" * 600,
                 "leaf": "l" * 700}
        for step in STEPS:
            db.execute(step, {name: value for name, value in words.items() if f":{name}" in step})
        return db.execute("SELECT SUM(amount) FROM delta WHERE seq > ? AND indicator = 'loan_amount'",
                          (words["head"],)).fetchone()[0]
