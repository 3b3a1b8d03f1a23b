#!/usr/bin/env python3
"""Two daemons on one database keep one journal; the short form of `scripts/torture pair`.

Knows what a trial found; must not know how it is run.
Invariant: the cluster is its own, and gone when the test ends. Prints TAP.
"""
import pathlib
import random
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "bench"))

import pair  # noqa: E402
import registry  # noqa: E402

ENTRIES = 1200
CLUSTER = registry.ROOT / "scripts/postgres"


def checks(url):
    with registry.Registry(url) as reg:
        trial = pair.Trial(reg, ENTRIES, random.randrange(1 << 31))
        for fault in trial.run():
            print(f"# {fault}")
        print(f"# {trial.figures}")
        yield "keep_one_gapless_journal_when_one_is_killed", not trial.faults
        yield "answer_what_the_other_recorded", trial.figures["answered 200"] > 0
        yield "cut_their_clients_when_killed", trial.figures["cut connections"] > 0
        reg.sql(reg.url, f"DELETE FROM journal WHERE seq = {len(reg.journal()) - 1}")
        trial.judge()
        yield "cannot_lose_a_row_unnoticed", trial.figures["damage"] > 0 and len(trial.faults) >= 3


def main():
    if not registry.LOAD.exists():
        print("1..0 # SKIP not built: make tests")
        return 0
    failed = number = 0
    with tempfile.TemporaryDirectory(prefix="ventured-pair-") as folder:
        started = subprocess.run([CLUSTER, "start", folder], stdout=subprocess.PIPE, text=True)
        if started.returncode != 0:
            print("1..0 # SKIP no PostgreSQL server")
            return 0
        try:
            for number, (name, ok) in enumerate(checks(started.stdout.strip()), 1):
                failed += not ok
                print(f"{'ok' if ok else 'not ok'} {number} - roof/pair: {name}")
        finally:
            subprocess.run([CLUSTER, "stop", folder])
    print(f"1..{number}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
