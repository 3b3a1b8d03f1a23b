#!/usr/bin/env python3
"""Two daemons on one PostgreSQL database record what is posted to both at once; one of them is killed on the way.

    tests/bench/pair.py [--entries N] [--seed S]     on the server that $VENTURED_TEST_DB names

Most facts go in lists, some one by one, and some are posted to both daemons under one id: whoever is later answers
with the other's receipt.
Knows which daemon gets what; must not judge: tests/bench/judge.py does.
Invariant: all facts of a loan go the same way, so each daemon gets them in their order.
"""
import argparse
import os
import random
import signal
import sys
import time

import judge
import registry

FACTS_A_LOAN = 4
ONE_OF = 40           # of so many loans one goes to both daemons, and one goes fact by fact
BATCH = 100
SHARE_MIN_PERCENT = 30  # of the entries, acknowledged by each daemon
KILL_AT = (0.05, 0.3)   # of all entries: how many the second daemon has acknowledged when it is killed
DOWN_S = 1
POLL_S = 0.05
PATIENCE_S = 120      # of the clients, with a daemon that is gone
NAMES = ["a", "b"]


class Trial:
    def __init__(self, reg, entries, seed):
        self.reg, self.random = reg, random.Random(seed)
        loans = reg.found(entries // FACTS_A_LOAN, seed)
        self.founded = reg.head()
        self.facts, self.work = [], {}  # work: by daemon, manner and bank
        for lane, loan in enumerate(loans):
            told = registry.facts_of(loan, lane, registry.today(), lambda: registry.id_of(self.random))
            self.facts += told
            for daemon, manner in self.ways(lane):
                self.work.setdefault((daemon, manner, loan.bank), []).extend(told)
        self.kill_at = int(len(self.facts) * self.random.uniform(*KILL_AT))
        self.figures, self.faults = {}, []

    @staticmethod
    def ways(lane):
        if lane % ONE_OF == 0:
            return [("a", "both"), ("b", "both")]
        manner = "single" if lane % ONE_OF == 1 else "list"
        return [(NAMES[lane // ONE_OF % 2 if manner == "single" else lane % 2], manner)]

    def load(self, ports, daemon, manner, bank):
        words = [2, "--batch", BATCH] if manner == "list" else [2]
        return self.reg.load(f"{daemon}-{manner}-{bank}", bank, self.work[daemon, manner, bank], ports[daemon], *words,
                             "--patience", PATIENCE_S)

    def acked_by(self, name):
        return sum(self.reg.acked_count("-".join(key)) for key in self.work if key[0] == name)

    def serve(self, port):
        daemon = self.reg.serve(port)
        if not daemon.is_listening():
            raise RuntimeError("a daemon does not start: " + open(daemon.log.name).read()[-2000:])
        return daemon

    def kill_one(self, daemon, loads):
        """Kills it in the middle and starts another in its place: (that, seconds it was away)."""
        while self.acked_by("b") < self.kill_at and any(p.poll() is None for p in loads):
            time.sleep(POLL_S)
        self.figures["acknowledged by b when killed"] = self.acked_by("b")
        if all(p.poll() is not None for p in loads):
            self.faults.append("everything was answered before the daemon was killed")
        daemon.end(signal.SIGKILL)
        time.sleep(DOWN_S)
        return self.serve(daemon.port)

    def post(self):
        daemons = {"a": self.serve(None), "b": self.serve(registry.free_port())}
        ports = {name: d.port for name, d in daemons.items()}
        began = time.monotonic()
        loads = [self.load(ports, *key) for key in self.work]
        daemons["b"] = self.kill_one(daemons["b"], loads)
        cut = repeated = busy = 0
        for process in loads:
            code, report, said = registry.report_of(process)
            cut += report.get("failed_connections", 0)
            repeated += report.get("repeated", 0)
            busy += report.get("busy", 0)
            if code != 0:
                self.faults.append(f"a load ended with {code}: {report} {said}")
        took = time.monotonic() - began
        self.faults += [f"daemon {name} did not end well" for name, d in daemons.items() if d.end() != 0]
        self.figures |= {"seconds": round(took), "entries a second": round(len(self.facts) / took),
                         "cut connections": cut, "answered 200": repeated, "answered 503": busy}

    def judge(self):
        acked = {name: [line for key in self.work if key[0] == name for line in self.reg.acked("-".join(key))]
                 for name in NAMES}
        for name, lines in acked.items():
            self.figures[f"acknowledged by {name}"] = len(lines)
            if len(lines) * 100 < len(self.facts) * SHARE_MIN_PERCENT:
                self.faults.append(f"daemon {name} acknowledged {len(lines)} of {len(self.facts)}")
        rows, verified = self.reg.journal(), self.reg.verify()
        self.faults += judge.all_faults(rows, self.founded, self.facts, acked["a"] + acked["b"],
                                        self.reg.totals(registry.today()[:4]), verified)
        self.figures |= {"posted": len(self.facts), "entries": len(rows), "damage": verified["damage"]}

    def run(self):
        self.post()
        self.judge()
        return self.faults


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=100000)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 31))
    asked = parser.parse_args()
    cluster = os.environ.get("VENTURED_TEST_DB", "")
    if not cluster.startswith("postgres"):
        print("pair: VENTURED_TEST_DB must name a PostgreSQL server, as scripts/postgres starts one", file=sys.stderr)
        return 2
    with registry.Registry(cluster) as reg:
        trial = Trial(reg, asked.entries, asked.seed)
        wrong = judge.tell(trial.run())
    print(f"pair, seed {asked.seed}: " + ", ".join(f"{what} {figure}" for what, figure in trial.figures.items()) +
          f", faults {wrong}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
