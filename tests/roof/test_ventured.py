#!/usr/bin/env python3
"""The daemon as a process: made, served, asked over HTTPS, given new certificates, stopped, verified, misused.

Knows the program's words, signals and exit codes; must not know its inside.
Invariant: everything lies in a temporary folder, and no process outlives the test. Prints TAP.
"""
import json
import os
import pathlib
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "build" / os.environ.get("VARIANT", "plain") / "ventured"
WAIT_S = 20


def certificate(var, serial):
    (var / "tls").mkdir(exist_ok=True)
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-days", "3", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
                    "-set_serial", str(serial), "-keyout", "server.key", "-out", "server.pem"],
                   cwd=var / "tls", check=True, capture_output=True)


def ventured(*words):
    done = subprocess.run([PROGRAM, *words], capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout


class Daemon:
    def __init__(self, var, *words):
        self.process = subprocess.Popen([PROGRAM, "serve", "--data", var, "--listen", "127.0.0.1:0", *words],
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        line = self.process.stdout.readline().split()
        self.port = int(line[1]) if len(line) == 2 else 0

    def get(self, path):
        context = ssl._create_unverified_context()
        try:
            with urllib.request.urlopen(f"https://localhost:{self.port}{path}", context=context, timeout=WAIT_S) as a:
                return a.status, a.read()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read()

    def serial(self):
        text = ssl.get_server_certificate(("localhost", self.port), timeout=WAIT_S)
        out = subprocess.run(["openssl", "x509", "-noout", "-serial"], input=text, capture_output=True, text=True)
        return int(out.stdout.strip().split("=")[1], 16)

    def serial_becomes(self, wanted):
        until = time.monotonic() + WAIT_S
        while self.serial() != wanted and time.monotonic() < until:
            time.sleep(0.05)
        return self.serial() == wanted

    def end(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        return self.process.wait(WAIT_S)


def checks(folder):
    var = folder / "var"
    yield "refuses_to_serve_what_was_never_made", ventured("serve", "--data", str(var))[0] == 1
    code, out = ventured("init", "--data", str(var), "--log-origin", "test.example/one")
    yield "makes_a_registry_and_prints_its_key", code == 0 and out.startswith("test.example/one+")
    yield "keeps_secrets_from_others", all((var / f).stat().st_mode & 0o077 == 0
                                           for f in ("vault.keys", "log.key", "registry.db"))
    before = {f.name: f.read_bytes() for f in var.iterdir() if f.is_file()}
    yield "changes_nothing_when_made_again", (ventured("init", "--data", str(var))[0] == 1 and
                                              before == {f.name: f.read_bytes() for f in var.iterdir() if f.is_file()})
    products = ("import", "--data", str(var), "--products", str(ROOT / "schemas/plan/products.json"))
    told = [ventured(*products) for _ in range(2)]
    yield "imports_loan_products_once", told == [(0, "products 3\n"), (0, "products 0\n")]
    ended = ventured("serve", "--data", str(var), "--listen", "127.0.0.1:0")[0]
    yield "refuses_to_serve_without_certificates", ended == 1
    certificate(var, 7)
    d = Daemon(var)
    try:
        yield "serves_on_any_free_port", d.port > 0 and d.get("/healthz") == (200, b"ok\n")
        status, body = d.get("/readyz")
        yield "is_ready", status == 200 and json.loads(body)["ready"] is True
        status, body = d.get("/v1/loans")
        yield "asks_who_reads", status == 401 and json.loads(body)["verdict"] == "login_needed"
        yield "asks_who_reads_the_table_of_banks", d.get("/v1/institutions")[0] == 401
        yield "shows_its_certificate", d.serial() == 7
        certificate(var, 8)
        d.process.send_signal(signal.SIGHUP)
        yield "takes_another_certificate_on_sighup", d.serial_becomes(8)
        yield "confirms_the_clock_beside_the_daemon", ventured("clock", "--data", str(var), "--confirm")[0] == 0
    finally:
        code = d.end()
    yield "ends_on_sigterm", code == 0
    yield "ends_on_sigint", Daemon(var).end(signal.SIGINT) == 0
    code, out = ventured("verify", "--data", str(var), "--json")
    yield "verifies", code == 0 and json.loads(out)["damage"] == 0
    yield "rebuilds", ventured("rebuild", "--data", str(var))[0] == 0
    code, out = ventured("totals", "--data", str(var), "--year", "2023", "--json")
    yield "prints_the_plans_table", code == 0 and json.loads(out)["as_of"] == "2023-12-31"
    code, out = ventured("key", "--data", str(var), "--add-master")
    yield "adds_a_master_key", code == 0 and "master 2\n" in out
    for words in ([], ["brew"], ["serve", "--listen", "nowhere"], ["serve", "--origin", "http://x"],
                  ["totals", "--year", "soon"],
                  ["verify", "--data", str(var), "--vkey", "none"]):
        yield f"tells_misuse_by_exit_code_2: {' '.join(words[:3])}", ventured(*words)[0] == 2
    yield "helps", all(ventured(c, "--help")[0] == 0 for c in
                       ("serve", "init", "verify", "rebuild", "totals", "clock", "key"))


def main():
    if not PROGRAM.exists():
        print("1..0 # SKIP not built: make")
        return 0
    folder = pathlib.Path(tempfile.mkdtemp(prefix="ventured-roof-"))
    failed = number = 0
    try:
        for number, (name, ok) in enumerate(checks(folder), 1):
            failed += not ok
            print(f"{'ok' if ok else 'not ok'} {number} - roof/ventured: {name}")
    finally:
        shutil.rmtree(folder)
    print(f"1..{number}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
