#!/usr/bin/env python3
"""Kills the daemon under load, again and again; nothing that it acknowledged may be lost, doubled or counted wrongly.

    tests/bench/kill.py [--rounds N] [--seed S]     on the engine that $VENTURED_TEST_DB names

Knows when to kill and what to send again; must not judge: tests/bench/judge.py does.
Invariant: an entry keeps its id and body for the whole trial, and is sent until it is acknowledged.
"""
import argparse
import collections
import itertools
import os
import random
import signal
import sys
import time

import judge
import registry

LOANS_A_ROUND = 600       # more than a round gets through on two cores
KILL_AFTER_S = 1.0        # at most, from a round's first acknowledgement
FIRST_WAIT_S = 30         # for that one
STARTS_KILLED = 0.2       # of all rounds: the daemon is killed once more, on its way up
CONNECTIONS_A_BANK = 4    # of four banks
BATCHES = [0, 0, 0, 12]   # facts a request: lists now and then


class Trial:
    def __init__(self, reg, rounds, seed, loans=None):
        self.reg, self.rounds, self.random = reg, rounds, random.Random(seed)
        found = reg.found(loans or rounds * LOANS_A_ROUND, seed)
        self.founded = len(reg.journal())
        self.facts = collections.defaultdict(list)  # by bank, in order
        for lane, loan in enumerate(found):
            self.facts[loan.bank] += registry.facts_of(loan, lane, registry.today(), self.new_id)
        self.acked = []  # as clients noted them
        self.figures = collections.Counter()
        self.faults = []

    def new_id(self):
        return registry.id_of(self.random)

    def all_facts(self):
        return list(itertools.chain.from_iterable(self.facts.values()))

    def start(self):
        daemon = self.reg.serve()
        if not daemon.is_listening():
            raise RuntimeError("the daemon does not start: " + open(daemon.log.name).read()[-2000:])
        return daemon

    def begin(self, name, daemon, facts, *words):
        """Four banks at once send what they have not seen acknowledged."""
        return [self.reg.load(f"{name}-{bank}", bank, mine, daemon.port, CONNECTIONS_A_BANK, *words)
                for bank, mine in facts.items() if mine]

    def finish(self, name, loads):
        for process in loads:
            code, report, said = registry.report_of(process)
            self.figures["repeated"] += report.get("repeated", 0)
            self.figures["loads cut"] += report.get("failed_connections", 0) > 0
            if code != 0:
                self.faults.append(f"a load ended with {code}: {report} {said}")
        for bank in self.facts:
            self.acked += self.reg.acked(f"{name}-{bank}")

    def left(self):
        known = {entry for entry, *_ in self.acked}
        return {bank: [f for f in mine if f.id not in known] for bank, mine in self.facts.items()}

    def await_first(self, name):
        """Signing takes its time: a kill before anything was acknowledged would prove little."""
        until = time.monotonic() + FIRST_WAIT_S
        while not any(self.reg.acked_count(f"{name}-{bank}") for bank in self.facts) and time.monotonic() < until:
            time.sleep(0.005)

    def round(self, n):
        if self.random.random() < STARTS_KILLED:
            early = self.reg.serve()
            time.sleep(self.random.uniform(0, 0.1))
            early.end(signal.SIGKILL)
            self.figures["killed at start"] += 1
        daemon = self.start()
        loads = self.begin(f"round{n}", daemon, self.left(), "--until-cut", "--batch", self.random.choice(BATCHES))
        self.await_first(f"round{n}")
        time.sleep(self.random.uniform(0, KILL_AFTER_S))
        daemon.end(signal.SIGKILL)
        self.figures["kills"] += 1
        cuts, known = self.figures["loads cut"], len(self.acked)
        self.finish(f"round{n}", loads)
        self.figures["kills under load"] += self.figures["loads cut"] > cuts and len(self.acked) > known

    def settle(self):
        """No more kills: the rest, and once more all that was acknowledged, signed anew."""
        daemon = self.start()
        self.figures["acknowledged before the last kill"] = len(self.acked)
        self.finish("rest", self.begin("rest", daemon, self.left()))
        first, repeated = list(self.acked), self.figures["repeated"]
        self.finish("again", self.begin("again", daemon, self.facts))
        if self.figures["repeated"] - repeated != len(self.all_facts()):
            self.faults.append(f"of {len(self.all_facts())} entries sent again {self.figures['repeated'] - repeated} "
                               "were answered 200")
        self.figures["repeated"] = repeated
        if set(first) != set(self.acked):
            self.faults.append("an entry sent again was acknowledged under another seq")
        if daemon.end() != 0:
            self.faults.append("the daemon did not end well")

    def judge(self):
        rows, verified, facts = self.reg.journal(), self.reg.verify(), self.all_facts()
        totals = self.reg.totals(registry.today()[:4])
        self.faults += judge.all_faults(rows, self.founded, facts, self.acked, totals, verified)
        self.figures |= {"posted": len(facts), "entries": len(rows), "damage": verified["damage"],
                         "acknowledged": len({entry for entry, *_ in self.acked})}

    def run(self):
        for n in range(self.rounds):
            self.round(n)
        self.settle()
        self.judge()
        return self.faults


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 31))
    asked = parser.parse_args()
    engine = os.environ.get("VENTURED_TEST_DB", "sqlite")
    cluster = engine if engine.startswith("postgres") else None
    began = time.monotonic()
    with registry.Registry(cluster) as reg:
        trial = Trial(reg, asked.rounds, asked.seed)
        wrong = judge.tell(trial.run())
    print(f"kill on {'postgres' if cluster else 'sqlite'}, seed {asked.seed}: " +
          ", ".join(f"{what} {figure}" for what, figure in trial.figures.items()) +
          f", faults {wrong}, {time.monotonic() - began:.0f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
