#!/usr/bin/env python3
"""A simulated bank is told of applications by the daemon and decides them: pushed, pulled, down and up again, parked.

Knows the two programs and the database's outbox; must not know how anything is signed.
Invariant: everything runs on the loopback, and every process that was started here is gone afterwards.
"""
import collections
import os
import pathlib
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / os.environ.get("VARIANT", "plain")
WAIT_S = 60
BANK = "bank-demo-1"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def run(program, *words):
    return subprocess.run([BUILD / program, *map(str, words)], capture_output=True, text=True, timeout=120)


class Running:
    """One of our programs, until it is ended."""
    all = []

    def __init__(self, log, program, *words):
        self.log = log.open("a")
        self.process = subprocess.Popen([BUILD / program, *map(str, words)], stdout=subprocess.PIPE, stderr=self.log,
                                        text=True)
        self.first = self.process.stdout.readline().split()
        Running.all.append(self)

    def end(self, how=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(how)
        self.process.stdout.read()
        self.log.close()
        return self.process.wait(WAIT_S)


class Town:
    """A registry with four demo banks, of which the first has an endpoint."""

    def __init__(self, folder):
        self.var, self.port, self.bank_port, self.seed = folder / "var", free_port(), free_port(), 100
        self.url = f"https://localhost:{self.port}"
        done = run("ventured", "init", "--data", self.var)
        assert done.returncode == 0, done.stderr
        done = run("ventured", "import", "--data", self.var, "--places", ROOT / "schemas/plan/places.json", "--policy",
                   ROOT / "schemas/policy", "--plan", ROOT / "schemas/plan/2023.json")
        assert done.returncode == 0, done.stderr
        (self.var / "tls").mkdir()
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-days", "3", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout",
                        "server.key", "-out", "server.pem"], cwd=self.var / "tls", check=True, capture_output=True)
        self.demo("--endpoint", f"https://localhost:{self.bank_port}/told")

    def demo(self, *words):
        """Applications lie at some bank each; gives those of the first."""
        self.seed += 1
        done = run("ventured", "demo", "--data", self.var, "--loans", 0, "--seed", self.seed, *words)
        assert done.returncode == 0, done.stderr
        return [line.split()[1] for line in done.stdout.splitlines()
                if line.startswith("waiting") and line.split()[2] == BANK]

    def apply(self, count):
        """At least so many new applications at the first bank."""
        loans = []
        while len(loans) < count:
            loans += self.demo("--waiting", 8)
        return loans

    def serve(self, *words):
        return Running(self.var / "serve.log", "ventured", "serve", "--data", self.var, "--listen",
                       f"127.0.0.1:{self.port}", "--origin", self.url, "--delivery-ca", self.var / "tls/server.pem",
                       "--delivery-retry", 1, *words)

    def bank(self, *words):
        return Running(self.var / "bank.log", "venture", "bank-sim", "--url", self.url, "--ca",
                       self.var / "tls/server.pem", "--key", self.var / f"demo/key-{BANK}.pem", "--key-id",
                       f"key-{BANK}", "--pace", 0, *words)

    def bank_told(self):
        return self.bank("--listen", f"127.0.0.1:{self.bank_port}", "--certificate", self.var / "tls/server.pem",
                         "--tls-key", self.var / "tls/server.key", "--delivery-key", self.var / "delivery.pub")

    def rows(self, sql, *values):
        db = sqlite3.connect(self.var / "registry.db", timeout=10)
        try:
            return db.execute(sql, values).fetchall()
        finally:
            db.close()

    def states(self, loans):
        marks = ",".join("?" * len(loans))
        return collections.Counter(r[0] for r in self.rows(
            f"SELECT state FROM subject WHERE type = 'loan' AND id IN ({marks})", *loans))

    def deliveries(self, state):
        return self.rows("SELECT COUNT(*) FROM op_outbox WHERE organisation = ? AND state = ?", BANK, state)[0][0]


def becomes(holds):
    until = time.monotonic() + WAIT_S
    while not holds() and time.monotonic() < until:
        time.sleep(0.1)
    return holds()


def decided(town, loans):
    states = town.states(loans)
    return states["repaying"] + states["rejected"] == len(loans)


def checks(folder):
    town = Town(folder)
    daemon, bank = town.serve(), town.bank_told()
    yield "a_bank_listens", bank.first == ["listening", str(town.bank_port)]
    loans = town.apply(3)
    yield "decides_what_it_is_told_of", becomes(lambda: decided(town, loans))
    yield "every_event_was_taken", becomes(lambda: town.deliveries("delivered") == len(loans))
    yield "it_ends_on_sigterm", bank.end() == 0

    later = town.apply(5)
    yield "an_endpoint_that_is_down_is_tried", becomes(
        lambda: town.rows("SELECT MAX(tries) FROM op_outbox WHERE state = 'waiting' AND organisation = ?", BANK)[0][0])
    yield "and_nothing_is_decided", town.states(later)["sent"] == len(later)
    bank = town.bank_told()
    yield "once_it_is_up_it_gets_every_event", becomes(
        lambda: town.deliveries("delivered") == len(loans) + len(later))
    yield "and_decides_them_all", becomes(lambda: decided(town, later))
    bank.end()
    daemon.end()

    daemon = town.serve("--delivery-park", 1)
    parked = town.apply(2)
    # While one event fails the others rest, so each takes its own tries until it is parked.
    yield "what_fails_for_too_long_is_parked", becomes(lambda: town.deliveries("parked") > 0)
    bank = Running(town.var / "bank.log", "venture", "bank-sim", "--url", town.url, "--ca",
                   town.var / "tls/server.pem", "--key", town.var / f"demo/key-{BANK}.pem", "--key-id", f"key-{BANK}",
                   "--pace", 0)
    yield "a_bank_that_pulls_needs_no_delivery", bank.first == ["pulling"] and becomes(lambda: decided(town, parked))
    yield "it_stays_parked", town.deliveries("parked") > 0
    bank.end()
    bank = town.bank_told()
    code = run("venture", "replay", "--url", town.url, "--ca", town.var / "tls/server.pem", "--key",
               town.var / f"demo/key-{BANK}.pem", "--key-id", f"key-{BANK}")
    yield "a_bank_asks_for_what_was_parked", code.returncode == 0
    yield "a_parked_event_arrives_on_replay", becomes(
        lambda: town.deliveries("delivered") == len(loans) + len(later) + len(parked))
    bank.end()
    yield "the_daemon_ends", daemon.end() == 0
    facts = town.rows("SELECT COUNT(*), COUNT(DISTINCT id) FROM journal "
                      "WHERE type = 'loan' AND state = 'investigating'")
    yield "no_fact_came_twice", facts[0] == (len(loans + later + parked),) * 2
    done = run("ventured", "verify", "--data", town.var)
    yield "the_registry_verifies", done.returncode == 0


def main():
    if not (BUILD / "venture").exists():
        print("1..0 # SKIP not built: make")
        return 0
    folder = pathlib.Path(tempfile.mkdtemp(prefix="ventured-delivery-"))
    failed = number = 0
    try:
        for number, (name, ok) in enumerate(checks(folder), 1):
            failed += not ok
            print(f"{'ok' if ok else 'not ok'} {number} - roof/delivery: {name}")
    finally:
        for one in Running.all:
            if one.process.poll() is None:
                one.end(signal.SIGKILL)
        shutil.rmtree(folder)
    print(f"1..{number}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
