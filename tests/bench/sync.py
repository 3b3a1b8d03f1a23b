#!/usr/bin/env python3
"""How many entries the daemon records for each fdatasync, with one connection and with 64, as strace counts them.

    tests/bench/sync.py [--seed S]     SQLite: PostgreSQL syncs in a process of its own

Groups form while a sync lasts, so the figure follows the disk: it is taken as the disk is, and as if each sync took
5 ms, which is a disk that waits for its medium. Checkpoints sync too and count.

Knows strace's lines; must not know groups or transactions.
Invariant: only what was synced between the first request and the last answer counts.
"""
import argparse
import random
import re
import sys
from dataclasses import dataclass

import judge
import registry

LOANS = 4500  # of four banks, one of which is asked


@dataclass(frozen=True)
class Row:
    delay_us: int  # that strace adds to each sync
    connections: int
    loans: int     # four facts each
    least: float   # entries for a sync
    most: float


ROWS = [
    Row(0, 1, 100, 0.5, 1.0),  # above one, something was answered before its sync
    Row(0, 64, 640, 4.0, 64.0),
    Row(5000, 64, 320, 8.0, 64.0),
]
STRACE = ["strace", "-f", "--seccomp-bpf", "-e", "trace=fdatasync,fsync"]


class Trial:
    def __init__(self, reg, seed):
        self.reg, self.random = reg, random.Random(seed)
        loans = reg.found(LOANS, seed)
        bank = loans[0].bank
        self.bank, self.loans = bank, [loan for loan in loans if loan.bank == bank]

    def new_id(self):
        return registry.id_of(self.random)

    def syncs(self):
        text = (self.reg.folder / "strace").read_text()
        return len(re.findall(r"\b(?:fdatasync|fsync)\(", text))

    def serve(self, row):
        delay = ["-e", f"inject=fdatasync,fsync:delay_exit={row.delay_us}"] if row.delay_us else []
        daemon = self.reg.serve(before=[*STRACE, *delay, "-o", self.reg.folder / "strace"])
        if not daemon.is_listening():
            raise RuntimeError("the daemon does not start under strace")
        return daemon

    def measure(self, row):
        """(entries, syncs, the load's report)."""
        mine = [self.loans.pop() for _ in range(row.loans)]
        facts = [f for lane, loan in enumerate(mine)
                 for f in registry.facts_of(loan, lane, registry.today(), self.new_id)]
        daemon = self.serve(row)
        before = self.syncs()
        code, report, said = registry.report_of(
            self.reg.load(f"sync-{row.delay_us}-{row.connections}", self.bank, facts, daemon.port, row.connections))
        syncs = self.syncs() - before
        daemon.end()
        if code != 0 or report["created"] != len(facts):
            raise RuntimeError(f"the load ended with {code}: {report} {said}")
        return len(facts), syncs, report

    def run(self):
        for row in ROWS:
            entries, syncs, report = self.measure(row)
            each = entries / max(syncs, 1)
            print(f"sync: {row.connections} connections, {row.delay_us // 1000} ms more a sync: {entries} entries, "
                  f"{syncs} syncs, {each:.2f} entries each; {report['per_second']} entries/s under strace")
            if not row.least <= each <= row.most:
                yield f"{each:.2f} entries for a sync; {row.least} to {row.most} are right"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 31))
    asked = parser.parse_args()
    with registry.Registry() as reg:
        return 1 if judge.tell(Trial(reg, asked.seed).run()) else 0


if __name__ == "__main__":
    sys.exit(main())
