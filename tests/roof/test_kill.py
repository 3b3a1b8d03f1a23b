#!/usr/bin/env python3
"""A daemon that is killed under load loses nothing that it acknowledged; the short form of `scripts/torture kill`.

Knows what a trial found; must not know how it is run.
Invariant: each check of the judge is shown to fail on a journal that is wrong in its way. Prints TAP.
"""
import copy
import pathlib
import sqlite3
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "bench"))

import judge  # noqa: E402
import kill  # noqa: E402
import registry  # noqa: E402

ROUNDS = 3
kill.KILL_AFTER_S = 0.3  # the work of a round lasts longer


def sabotage(trial, rows, totals):
    """(name, whether the judge notices) of journals and acknowledgements that are wrong in one way each."""
    acked, facts, place = trial.acked, trial.all_facts(), len(rows) - 5
    gone = rows[:place] + rows[place + 1:]
    again = rows + [(len(rows) + 1, *rows[place][1:])]
    late = [row for row in rows[trial.founded:] if row[3]["kind"] == "loan.approved"][0]
    moved = rows[:trial.founded] + [row for row in rows[trial.founded:] if row is not late] + [late]
    wrong = copy.deepcopy(totals)
    next(row for row in wrong["rows"] if row["cells"])["cells"]["loan_amount"]["actual"] += 1
    entry, seq, kind, subject = acked[0]
    yield "notices_a_gap", judge.sequence_faults(gone)
    yield "notices_an_id_that_is_there_twice", judge.sequence_faults(again)
    yield "notices_an_acknowledged_entry_that_is_gone", judge.acknowledgement_faults(
        [row for row in rows if row[1] != entry], acked)
    yield "notices_an_acknowledgement_under_another_seq", judge.acknowledgement_faults(
        rows, acked + [(entry, seq + 1, kind, subject)])
    yield "notices_a_posted_entry_that_is_gone", judge.posted_faults(gone, trial.founded, facts)
    yield "notices_an_entry_that_nobody_posted", judge.posted_faults(rows, trial.founded, facts[1:])
    yield "notices_an_entry_that_was_overtaken", judge.posted_faults(moved, trial.founded, facts)
    yield "notices_one_fen_too_many", judge.total_faults(rows, wrong)
    yield "notices_a_payment_that_is_gone", judge.total_faults(
        [row for row in rows if row[1] != facts[-1].id], totals)


def checks(reg):
    trial = kill.Trial(reg, ROUNDS, kill.random.randrange(1 << 31))
    for fault in trial.run():
        print(f"# {fault}")
    print(f"# {dict(trial.figures)}")
    yield "keeps_what_it_acknowledged_when_killed", not trial.faults
    yield "was_killed_while_it_was_asked", trial.figures["kills under load"] > 0
    rows, totals = reg.journal(), reg.totals(registry.today()[:4])
    for name, faults in sabotage(trial, rows, totals):
        yield name, next(iter(faults), None) is not None
    with sqlite3.connect(reg.data / "registry.db") as db:
        db.execute("DELETE FROM journal WHERE id = ?", (trial.acked[0][0],))
    trial.faults = []
    trial.judge()
    yield "finds_a_row_taken_out_of_the_database", trial.figures["damage"] > 0 and len(trial.faults) >= 3


def main():
    if not registry.LOAD.exists():
        print("1..0 # SKIP not built: make tests")
        return 0
    failed = number = 0
    with registry.Registry() as reg:
        for number, (name, ok) in enumerate(checks(reg), 1):
            failed += not ok
            print(f"{'ok' if ok else 'not ok'} {number} - roof/kill: {name}")
    print(f"1..{number}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
