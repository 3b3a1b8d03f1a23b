"""A registry as trials need one: founded in a folder, on either engine, with loans that wait; served; read back.

Knows the programs' words and where a journal's rows lie; must not judge: tests/bench/judge.py does.
Invariant: what was made (folder, database, processes) is gone when a Registry's `with` ends.
"""
import datetime
import json
import os
import pathlib
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import uuid
from dataclasses import dataclass

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / os.environ.get("VARIANT", "plain")
LOAD = BUILD / "tests/bench/load"
STOP_S = 60
WINDOW_S = 3600  # a signature may be that old: everything is signed before a trial's clock starts


@dataclass(frozen=True)
class Loan:
    id: str
    bank: str
    amount: int
    months: int


@dataclass(frozen=True)
class Fact:
    """One line of work: `load` reads it, and its id stays the same however often it is sent."""
    id: str
    lane: int
    kind: str
    subject: str
    body: str


def today():
    return str(datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8))).date())


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def id_of(numbers):
    """A UUID of version 7 in form, out of a random.Random, so that a trial can be run again."""
    bits = numbers.getrandbits(128)
    return str(uuid.UUID(int=bits & ~(0xf << 76) & ~(0x3 << 62) | 7 << 76 | 2 << 62))


def facts_of(loan, lane, on, new_id):
    """What a bank tells of a loan that it grants and pays out, in order."""
    terms = {"amount": loan.amount, "rate_ppm": 36500, "term_months": loan.months}
    due = str(datetime.date.fromisoformat(on) + datetime.timedelta(days=30 * loan.months))
    told = [("loan.accepted", {}), ("loan.approved", terms),
            ("loan.contracted", terms | {"due": due, "contract_no": f"C-{loan.id}"}),
            ("loan.disbursed", {"amount": loan.amount, "voucher_no": f"V-{loan.id}"})]
    return [Fact(new_id(), lane, kind, loan.id, json.dumps({"subject": loan.id, "on": on} | fields))
            for kind, fields in told]


class Daemon:
    """`ventured serve` as a process, or as the one child of another that is called with the words `before`."""

    def __init__(self, registry, port, before=()):
        self.port, self.wrapped = port, bool(before)
        self.log = open(registry.folder / f"serve-{port}.log", "a")
        self.process = subprocess.Popen(
            [*before, BUILD / "ventured", "serve", *registry.place, "--listen", f"127.0.0.1:{port}", "--origin",
             registry.origin, "--window", str(WINDOW_S)], stdout=subprocess.PIPE, stderr=self.log, text=True)

    def is_listening(self):
        """Waits until it listens; false where it ended instead."""
        return self.process.stdout.readline().startswith("listening ")

    def pid(self):
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return int(children.read_text()) if self.wrapped else self.process.pid

    def end(self, how=signal.SIGTERM):
        os.kill(self.pid(), how)
        code = self.process.wait(STOP_S)
        self.process.stdout.close()
        self.log.close()
        return code


class Registry:
    def __init__(self, cluster=None):
        """`cluster`: a URL of a PostgreSQL server, on which a database of its own is made; None: SQLite."""
        self.cluster = cluster
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="ventured-torture-"))
        self.data = self.folder / "var"
        self.origin = f"https://localhost:{free_port()}"
        self.daemons, self.loads, self.place = [], [], ["--data", str(self.data)]

    def __enter__(self):
        if self.cluster:
            name = "torture_" + os.urandom(8).hex()
            self.sql(self.cluster, f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' "
                                   "LC_CTYPE 'C'")
            self.url = self.cluster.rsplit("/", 1)[0] + "/" + name
            self.place += ["--db", self.url]
        return self

    def __exit__(self, *_):
        for process in [d.process for d in self.daemons] + self.loads:
            if process.poll() is None:
                process.kill()
                process.wait()
        if self.cluster:
            self.sql(self.cluster, f"DROP DATABASE {self.url.rsplit('/', 1)[1]} WITH (FORCE)")
        shutil.rmtree(self.folder)

    @staticmethod
    def sql(url, statement):
        done = subprocess.run(["psql", "--no-psqlrc", "-v", "ON_ERROR_STOP=1", "-q", "-At", "-F", "\t", "-c", statement,
                               url], check=True, capture_output=True, text=True)
        return done.stdout

    def run(self, command, *words):
        """(exit code, standard output) of one ventured command on this registry."""
        with open(self.folder / "commands.log", "a") as log:
            done = subprocess.run([BUILD / "ventured", command, *self.place, *words], cwd=ROOT, stdout=subprocess.PIPE,
                                  stderr=log, text=True)
        return done.returncode, done.stdout

    def must(self, command, *words):
        code, out = self.run(command, *words)
        if code != 0:
            raise RuntimeError(f"ventured {command} ended with {code}: "
                               + (self.folder / "commands.log").read_text()[-2000:])
        return out

    def found(self, waiting, seed):
        """Makes the registry; the loans that wait at a bank."""
        self.must("init")
        self.must("import", "--places", "schemas/plan/places.json", "--policy", "schemas/policy", "--plan",
                  "schemas/plan/2023.json")
        subprocess.run([ROOT / "scripts/certificates", self.data / "tls"], check=True)
        out = self.must("demo", "--loans", "0", "--waiting", str(waiting), "--seed", str(seed))
        rows = [line.split() for line in out.splitlines() if line.startswith("waiting ")]
        return [Loan(loan, bank, int(amount), int(months)) for _, loan, bank, amount, months in rows]

    def serve(self, port=None, before=()):
        daemon = Daemon(self, port or int(self.origin.rsplit(":", 1)[1]), before)
        self.daemons.append(daemon)
        return daemon

    def load(self, name, bank, facts, port, connections, *words):
        """Starts a load of these facts, signed by their bank. NAME.acked is appended to."""
        work, ids = self.folder / f"{name}.work", self.folder / f"{name}.ids"
        work.write_text("".join(f"{f.lane}\t{f.kind}\t{f.body}\n" for f in facts))
        ids.write_text("".join(f"{f.id}\n" for f in facts))
        process = subprocess.Popen(
            [LOAD, "--url", self.origin, "--connect", f"127.0.0.1:{port}", "--ca", self.data / "tls/ca.pem", "--key",
             self.data / f"demo/key-{bank}.pem", "--key-id", f"key-{bank}", "--alg", "ed25519", "--work", work, "--ids",
             ids, "--acked", self.folder / f"{name}.acked", "--connections", str(connections), *map(str, words)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.loads.append(process)
        return process

    def acked(self, name):
        """(id, seq, kind, subject) of every whole line of NAME.acked, in the order they were acknowledged."""
        path = self.folder / f"{name}.acked"
        lines = path.read_text().split("\n")[:-1] if path.exists() else []
        return [(i, int(seq), kind, subject) for i, seq, kind, subject in (line.split(" ") for line in lines)]

    def acked_count(self, name):
        """How many lines NAME.acked has by now."""
        path = self.folder / f"{name}.acked"
        return path.read_bytes().count(b"\n") if path.exists() else 0

    def head(self):
        """How many entries there are."""
        return self.verify()["entries"]

    def journal(self):
        """(seq, id, subject, leaf) of every row, as the engine's own tools read it."""
        query = "SELECT seq, id, subject, leaf FROM journal ORDER BY seq"
        if self.cluster:
            rows = [line.split("\t", 3) for line in self.sql(self.url, query).splitlines()]
            return [(int(seq), i, subject, json.loads(leaf)) for seq, i, subject, leaf in rows]
        with sqlite3.connect(self.data / "registry.db") as db:
            return [(seq, i, subject, json.loads(leaf)) for seq, i, subject, leaf in db.execute(query)]

    def totals(self, year):
        return json.loads(self.must("totals", "--year", str(year), "--json"))

    def verify(self):
        """verify's report, damage and all."""
        return json.loads(self.run("verify", "--json")[1])


def report_of(process):
    """Waits for a load: (exit code, its report, what it complained of)."""
    out, said = process.communicate()
    return process.returncode, json.loads(out) if out else {}, said
