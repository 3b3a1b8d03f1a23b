#!/usr/bin/env python3
"""The client program against a small HTTPS server that judges its signatures with the openssl command.

Knows RFC 9421 and the program's words; must not use any of the program's code but the program itself.
Invariant: nothing outside a temporary folder is written, every port is the loopback's. Prints TAP.
"""
import base64
import hashlib
import hmac
import http.server
import io
import json
import os
import pathlib
import re
import shutil
import signal
import ssl
import stat
import subprocess
import sys
import tempfile
import threading
import time
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / os.environ.get("VARIANT", "plain")
VENTURE, TOY, MAKE_RECEIPT = BUILD / "venture", BUILD / "tests/roof/venture_toy", BUILD / "tests/roof/make_receipt"
ALGORITHMS = ["ed25519", "ecdsa-p256-sha256", "rsa-pss-sha512", "hmac-sha256", "sm2-sm3"]
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")

if shutil.which("openssl") is None:
    print("1..0 # SKIP no openssl command here")
    sys.exit(0)

folder = pathlib.Path(tempfile.mkdtemp(prefix="ventured-venture-"))
environment = {**os.environ, "HOME": str(folder), "XDG_CONFIG_HOME": str(folder / "config"), "LC_ALL": "C.UTF-8"}


def run(*words, program=VENTURE, stdin=None, wait=60):
    done = subprocess.run([str(program), *map(str, words)], env=environment, input=stdin, capture_output=True,
                          timeout=wait, check=False)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def openssl(*words, data=None):
    return subprocess.run(["openssl", *map(str, words)], input=data, capture_output=True, check=False)


def need(condition, why):
    if not condition:
        raise AssertionError(why)


def equal(got, wanted):
    need(got == wanted, f"got {got!r}, wanted {wanted!r}")


# ---- an independent judge of signatures -----------------------------------------------------------------------------

def der_of(raw):
    """r ‖ s as an ASN.1 SEQUENCE of two INTEGERs."""
    def integer(part):
        part = part.lstrip(b"\0") or b"\0"
        part = b"\0" + part if part[0] & 0x80 else part
        return b"\x02" + bytes([len(part)]) + part
    body = integer(raw[:32]) + integer(raw[32:])
    return b"\x30" + bytes([len(body)]) + body


def verifies(algorithm, base, signature):
    if algorithm == "hmac-sha256":
        secret = base64.b64decode((folder / "hmac-sha256.key").read_text())
        return hmac.compare_digest(hmac.new(secret, base, hashlib.sha256).digest(), signature)
    public, text, sig = folder / f"{algorithm}.pub", folder / "judge.text", folder / "judge.sig"
    text.write_bytes(base)
    sig.write_bytes(der_of(signature) if algorithm in ("ecdsa-p256-sha256", "sm2-sm3") else signature)
    if algorithm == "ed25519":
        return openssl("pkeyutl", "-verify", "-pubin", "-inkey", public, "-rawin", "-in", text,
                       "-sigfile", sig).returncode == 0
    if algorithm == "sm2-sm3":
        return openssl("pkeyutl", "-verify", "-pubin", "-inkey", public, "-rawin", "-digest", "sm3", "-in", text,
                       "-sigfile", sig, "-pkeyopt", "distid:1234567812345678").returncode == 0
    digest = {"ecdsa-p256-sha256": ["-sha256"],
              "rsa-pss-sha512": ["-sha512", "-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:64",
                                 "-sigopt", "rsa_mgf1_md:sha512"]}[algorithm]
    return openssl("dgst", *digest, "-verify", public, "-signature", sig, text).returncode == 0


def judge(method, target_uri, headers, body, covered):
    """Rebuilds the signature base by RFC 9421 section 2.5; the parameters of the signature where it holds."""
    given = re.fullmatch(r'(\w+)=(\(([^)]*)\)((?:;[a-z]+=(?:"[^"]*"|[0-9]+))*))', headers["signature-input"])
    need(given, f"Signature-Input {headers['signature-input']}")
    names = re.findall(r'"([^"]*)"', given[3])
    need(set(names) == set(covered), f"covered {names}")
    values = {"@method": method, "@target-uri": target_uri}
    lines = [f'"{name}": {values.get(name) or headers[name]}' for name in names]
    base = "\n".join(lines + [f'"@signature-params": {given[2]}']).encode()
    params = {k: v.strip('"') for k, v in re.findall(r';([a-z]+)=("[^"]*"|[0-9]+)', given[4])}
    need(abs(int(params["created"]) - time.time()) < 60, "created")
    need(len(params["nonce"]) >= 16, "nonce")
    equal(params["keyid"], params["alg"])  # each key is registered here under its algorithm's name
    if "content-digest" in covered:
        wanted = "sha-256=:" + base64.b64encode(hashlib.sha256(body).digest()).decode() + ":"
        equal(headers["content-digest"], wanted)
    signature = base64.b64decode(headers["signature"].removeprefix(given[1] + "=:").removesuffix(":"), validate=True)
    need(verifies(params["alg"], base, signature), "the signature is wrong")
    return params


# ---- a server with a plan -------------------------------------------------------------------------------------------

ENTRY = ["@method", "@target-uri", "content-type", "content-digest", "idempotency-key"]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle_any(self):
        server = self.server
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = {k.lower(): v for k, v in self.headers.items()}
        seen = {"method": self.command, "path": self.path, "headers": headers, "body": body, "at": time.monotonic()}
        covered = ENTRY[:2] if self.command == "GET" else ENTRY if "idempotency-key" in headers else ENTRY[:4]
        try:
            origin = f"https://localhost:{server.server_port}"
            seen["params"] = judge(self.command, origin + self.path, headers, body, covered)
        except (AssertionError, KeyError, ValueError) as e:
            seen["wrong"] = f"{type(e).__name__} {e}"
        with server.lock:
            server.seen.append(seen)
            step = server.plan.pop(0) if server.plan else {"status": 500, "body": b"no plan"}
        if step.get("hang"):
            server.hung.set()
            server.free.wait(20)
            self.close_connection = True
            return
        answer = step["body"](seen) if callable(step.get("body")) else step.get("body", b"")
        self.send_response(step["status"])
        for name, value in step.get("headers", {}).items():
            self.send_header(name, value)
        self.send_header("Content-Type", step.get("type", "application/json"))
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_POST = do_GET = handle_any

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, plan):
        super().__init__(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "tls.pem", folder / "tls.key")
        self.socket = context.wrap_socket(self.socket, server_side=True)
        self.plan, self.seen, self.lock = list(plan), [], threading.Lock()
        self.hung, self.free = threading.Event(), threading.Event()
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def handle_error(self, *_):  # a client that was killed
        pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.free.set()
        self.shutdown()
        self.server_close()

    def registry(self, algorithm="ed25519"):
        return ["--url", f"https://localhost:{self.server_port}", "--ca", folder / "tls.pem", "--key",
                folder / f"{algorithm}.key", "--key-id", algorithm, "--algorithm", algorithm]

    def judged(self):
        for seen in self.seen:
            need("wrong" not in seen, seen.get("wrong"))
        return self.seen


def receipt(seen):
    sent = json.loads(seen["body"])
    return json.dumps({"seq": 12, "id": seen["headers"]["idempotency-key"].strip('"'), "kind": "jar.filled",
                       "subject": sent["subject"], "state": "open", "at": "2023-06-30T08:00:00.123Z", "leaf": "{}",
                       "proof": [], "checkpoint": ""}).encode()


def receipts(seen):
    return json.dumps([{"seq": i + 1, **{k: item[k] for k in ("id", "kind", "subject")}, "state": "open",
                        "at": "2023-06-30T08:00:00.123Z"} for i, item in enumerate(json.loads(seen["body"]))]).encode()


RECORDED = {"status": 201, "body": receipt}
BUSY = {"status": 503, "body": b"{}"}


def write(name, data):
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def fresh(name):
    for path in folder.glob(name + "*"):
        path.unlink()
    return write(name, '{"subject":"jar-1","on":"2023-06-30","amount":30000000,"voucher_no":"V-1"}')


# ---- tests ----------------------------------------------------------------------------------------------------------

def keygen_makes_keys_that_openssl_reads():
    for algorithm in ALGORITHMS:
        code, out, _ = run("keygen", "--algorithm", algorithm, "--out", folder, "--id", algorithm)
        equal(code, 0)
        private = folder / f"{algorithm}.key"
        equal(stat.S_IMODE(private.stat().st_mode), 0o600)
        if algorithm == "hmac-sha256":
            equal(len(base64.b64decode(private.read_text().strip(), validate=True)), 32)
            need(private.read_text().strip() not in out, "the secret was printed")
            continue
        spki = base64.b64decode(out.strip(), validate=True)
        equal(openssl("pkey", "-pubin", "-in", folder / f"{algorithm}.pub", "-outform", "DER").stdout, spki)
        equal(openssl("pkey", "-in", private, "-pubout", "-outform", "DER").stdout, spki)


def keygen_writes_over_no_key():
    before = (folder / "ed25519.key").read_bytes()
    code, _, err = run("keygen", "--out", folder, "--id", "ed25519")
    equal(code, 1)
    need("ed25519.key" in err, err)
    equal((folder / "ed25519.key").read_bytes(), before)


def misuse_is_told_and_exits_2():
    cases = [[], ["dance"], ["post"], ["post", "a.b"], ["post", "a.b", "-", "x"], ["keygen"],
             ["keygen", "--id", "../x"], ["keygen", "--id", "a", "--algorithm", "rsa-v1_5-sha256"],
             ["keygen", "--id", "a", "--id", "b"], ["keygen", "--size", "9"], ["keygen", "--id"],
             ["totals", "--json=1"], ["totals"], ["check-receipt", "/nonexistent", "--key", "x"],
             ["post", "a.b", "-", "--url", "http://localhost", "--key", folder / "ed25519.key", "--key-id", "a"],
             ["post", "a.b", "-", "--url", "https://localhost", "--key", folder / "sm2-sm3.key", "--key-id", "a"],
             ["post", "A b", "-", "--url", "https://localhost", "--key", folder / "ed25519.key", "--key-id", "a"]]
    for words in cases:
        code, out, err = run(*words, stdin=b"{}")
        need(code == 2 and out == "" and err != "", f"{words}: {code} {out} {err}")


def every_command_has_help_in_two_languages():
    for command in ("keygen", "post", "batch", "check-receipt", "totals"):
        code, out, err = run(command, "--help")
        equal((code, err), (0, ""))
        need(f"venture {command}" in out and "--help" in out and re.search("[\u4e00-\u9fff]", out), out)
    equal(run("--help")[0], 0)


def posts_signed_with_every_algorithm():
    for algorithm in ALGORITHMS:
        body = fresh("entry.json")
        with Server([RECORDED]) as server:
            code, out, err = run("post", "jar.filled", body, *server.registry(algorithm))
            need(code == 0, err)
            seen = server.judged()[0]
        equal(seen["path"], "/v1/entries/jar.filled")
        equal(seen["body"], body.read_bytes())
        need("seq 12" in out and "jar-1" in out and "open" in out, out)


def tries_again_under_the_same_id_until_it_is_recorded():
    body, kept = fresh("entry.json"), folder / "entry.receipt"
    with Server([{**BUSY, "headers": {"Retry-After": "1"}}, BUSY, RECORDED]) as server:
        code, _, err = run("post", "jar.filled", body, "--receipt", kept, *server.registry())
        need(code == 0, err)
        seen = server.judged()
    equal(len(seen), 3)
    ids = {s["headers"]["idempotency-key"] for s in seen}
    equal(ids, {'"' + (folder / "entry.json.id").read_text().strip() + '"'})
    need(UUID.fullmatch(ids.pop().strip('"')), "the id is no UUIDv7")
    equal(len({s["params"]["nonce"] for s in seen}), 3)
    need(seen[1]["at"] - seen[0]["at"] >= 1, "came back sooner than Retry-After says")
    equal(json.loads(kept.read_text())["seq"], 12)


def gives_up_after_so_many_tries():
    body = fresh("entry.json")
    with Server([BUSY] * 9) as server:
        code, _, err = run("post", "jar.filled", body, "--tries", "2", *server.registry())
        equal((code, len(server.seen)), (1, 2))
        need("503" in err, err)
        code = run("post", "jar.filled", body, "--tries", "0", *server.registry())[0]
        equal((code, len(server.seen)), (2, 2))
    with Server([{**BUSY, "headers": {"Retry-After": "86400"}}] * 9) as server:
        code = run("post", "jar.filled", body, *server.registry())[0]
        equal((code, len(server.seen)), (1, 1))


def the_id_outlives_a_kill_before_the_answer():
    body = fresh("entry.json")
    with Server([{"hang": True}, {**RECORDED, "status": 200}]) as server:
        words = [str(w) for w in ["post", "jar.filled", body, *server.registry()]]
        with subprocess.Popen([str(VENTURE), *words], env=environment, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as process:
            need(server.hung.wait(20), "nothing was sent")
            process.send_signal(signal.SIGKILL)
        code, out, err = run(*words)
        need(code == 0, err)
        need("此前已登记" in out, out)
        first, second = server.judged()
    equal(first["headers"]["idempotency-key"], second["headers"]["idempotency-key"])
    equal(first["body"], second["body"])


def an_id_given_is_kept_and_must_not_change():
    body, given = fresh("entry.json"), "01890a5d-ac96-774b-bcce-b302099a8057"
    with Server([RECORDED, RECORDED]) as server:
        equal(run("post", "jar.filled", body, "--id", given, *server.registry())[0], 0)
        equal((folder / "entry.json.id").read_text(), given + "\n")
        equal(run("post", "jar.filled", body, *server.registry())[0], 0)
        equal({s["headers"]["idempotency-key"] for s in server.judged()}, {f'"{given}"'})
        equal(run("post", "jar.filled", body, "--id", given[:-1] + "8", *server.registry())[0], 2)
        equal(run("post", "jar.filled", body, "--id", given.upper(), *server.registry())[0], 2)
        (folder / "entry.json.id").write_text("spoiled")
        equal(run("post", "jar.filled", body, *server.registry())[0], 1)
        equal(len(server.seen), 2)


def a_dry_run_keeps_nothing():
    body = fresh("entry.json")
    with Server([{"status": 200, "body": b'{"kind":"jar.filled","subject":"jar-1","state":"open"}'}]) as server:
        code, out, err = run("post", "jar.filled", body, "--dry-run", "--receipt", folder / "none", *server.registry())
        need(code == 0, err)
        equal(server.judged()[0]["path"], "/v1/entries/jar.filled?dry_run=true")
    need("dry run" in out and "open" in out, out)
    need(not (folder / "entry.json.id").exists() and not (folder / "none").exists(), "something was kept")


def a_correction_that_waits_has_no_receipt_yet():
    waiting = b'{"id":"x","kind":"jar.filled","subject":"jar-1","state":"waiting"}'
    with Server([{"status": 202, "body": waiting}]) as server:
        code, out, err = run("post", "jar.filled", fresh("entry.json"), "--receipt", folder / "none",
                             *server.registry())
        need(code == 0 and "待他人复核" in out and "waiting" in out, f"{code} {out} {err}")
    need(not (folder / "none").exists(), "kept what is no receipt")


def a_pipe_is_told_its_id():
    with Server([RECORDED]) as server:
        code, _, err = run("post", "jar.filled", "-", *server.registry(), stdin=fresh("entry.json").read_bytes())
        equal(code, 0)
        equal(server.judged()[0]["headers"]["idempotency-key"].strip('"'), UUID.search(err)[0])


def a_refusal_is_told_in_both_languages_and_harmlessly():
    problem = {"type": "/problems/FIELDS_WRONG", "title": "some fields are not right", "title_zh": "部分字段不正确",
               "status": 422, "verdict": "FIELDS_WRONG", "errors": [
                   {"pointer": "/amount", "verdict": "FIELD_RANGE", "detail": "must be \x1b[31m 1 to 9",
                    "detail_zh": "须在 1 至 9"}]}
    with Server([{"status": 422, "body": json.dumps(problem).encode(), "type": "application/problem+json"}]) as server:
        code, out, err = run("post", "jar.filled", fresh("entry.json"), *server.registry())
        equal((code, out, len(server.seen)), (1, "", 1))
    for text in ("422", "FIELDS_WRONG", "部分字段不正确", "some fields are not right", "/amount", "须在 1 至 9", "must be"):
        need(text in err, f"{text} is not in {err}")
    need("\x1b" not in err, "an escape came through")


def an_untrusted_server_gets_no_second_try():
    with Server([RECORDED]) as server:
        words = server.registry()
        words[3] = folder / "stranger.pem"
        code, _, err = run("post", "jar.filled", fresh("entry.json"), *words)
        equal((code, len(server.seen)), (1, 0))
    need("untrusted" in err and "again with" not in err, err)


def the_file_says_what_the_line_leaves_out():
    (folder / "config/ventured").mkdir(parents=True)
    with Server([RECORDED] * 3) as server:
        words = [str(w) for w in server.registry()]
        lines = [f"{name.removeprefix('--')} = {value}" for name, value in zip(words[::2], words[1::2])]
        text = "[registry]\n" + "\n".join(lines) + "\n[check-receipt]\nkey = x\n"
        config = write("config/ventured/venture.conf", text)
        equal(run("post", "jar.filled", fresh("entry.json"))[0], 0)
        other = write("other.conf", text.replace("[check-receipt]", "[post]\njson = yes\n[check-receipt]"))
        code, out, _ = run("post", "jar.filled", fresh("entry.json"), "--config", other)
        equal((code, json.loads(out)["seq"]), (0, 12))
        equal(run("post", "jar.filled", fresh("entry.json"), "--key-id", "a(b")[0], 0)
        need("wrong" not in server.seen[0], "signed otherwise")
        for spoiled in (text + "colour = red\n", text + "[sky]\nblue = 1\n", text.replace("ca =", "key ="), "[[x\n"):
            config.write_text(spoiled)
            code, _, err = run("post", "jar.filled", fresh("entry.json"))
            need(code == 2 and "venture.conf" in err, f"{code} {err}")
        equal(len(server.seen), 3)
        equal(run("post", "jar.filled", fresh("entry.json"), "--config", folder / "gone.conf")[0], 2)
    config.unlink()


# ---- batches --------------------------------------------------------------------------------------------------------

def a_sheet_becomes_typed_lists_with_lasting_ids():
    rows = ["jar.filled,jar-1,2023-06-30,300,V-1,,", 'jar.spilled,"jar-2",2023-06-30,5,,,"W,""2"""',
            "jar.filled,jar-3,2023-06-30,7,V-3,01890a5d-ac96-774b-bcce-b302099a8057,"]
    sheet = write("sheet.csv", "\ufeffkind,subject,on,amount,voucher_no,id,note\r\n" + "\r\n".join(rows) + "\r\n")
    with Server([{"status": 201, "body": receipts}]) as server:
        code, _, err = run("batch", sheet, *server.registry(), program=TOY)
        need(code == 1 and "第 3 行" in err and "note" in err, err)
        equal(len(server.seen), 0)
    rows[1] = 'jar.inspected,"jar-2",2023-06-30,,,,'
    text = "kind,subject,on,amount,voucher_no,id,marks\r\n" + "\r\n".join(rows).replace(
        "2023-06-30,,,,", "2023-06-30,,,,AB|C1") + "\r\n"
    sheet = write("sheet.csv", "\ufeff" + text)
    (folder / "sheet.csv.ids").unlink(missing_ok=True)
    (folder / "papers").mkdir()
    with Server([BUSY, {"status": 201, "body": receipts}, {"status": 200, "body": receipts}]) as server:
        code, out, err = run("batch", sheet, "--receipts", folder / "papers", *server.registry(), program=TOY)
        need(code == 0, err)
        need("第 2 行" in out and "第 4 行" in out, out)
        code = run("batch", sheet, *server.registry(), program=TOY)[0]
        equal(code, 0)
        seen = server.judged()
    need(all("idempotency-key" not in s["headers"] and s["path"] == "/v1/entries" for s in seen), "envelope")
    need(seen[0]["body"] == seen[1]["body"] == seen[2]["body"], "a second run sent something else")
    ids = (folder / "sheet.csv.ids").read_text().split()
    equal(json.loads(seen[0]["body"]), [
        {"id": ids[0], "kind": "jar.filled", "subject": "jar-1", "on": "2023-06-30", "amount": 300,
         "voucher_no": "V-1"},
        {"id": ids[1], "kind": "jar.inspected", "subject": "jar-2", "on": "2023-06-30", "marks": ["AB", "C1"]},
        {"id": "01890a5d-ac96-774b-bcce-b302099a8057", "kind": "jar.filled", "subject": "jar-3", "on": "2023-06-30",
         "amount": 7, "voucher_no": "V-3"}])
    equal(sorted(p.stem for p in (folder / "papers").iterdir()), sorted(ids))


def as_workbook(text):
    """The smallest XLSX with these cells; whole numbers are numbers."""
    main, office, package = ("http://schemas.openxmlformats.org/" + space for space in (
        "spreadsheetml/2006/main", "officeDocument/2006/relationships", "package/2006/relationships"))

    def relation(kind, target):
        return (f'<Relationships xmlns="{package}"><Relationship Id="r" Type="{office}/{kind}" Target="{target}"/>'
                "</Relationships>")

    def cell(value):
        return f"<c><v>{value}.0</v></c>" if value.isdigit() else f'<c t="inlineStr"><is><t>{value}</t></is></c>'

    rows = "".join(f"<row>{''.join(map(cell, line.split(',')))}</row>" for line in text.splitlines())
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        z.writestr("_rels/.rels", relation("officeDocument", "book.xml"))
        z.writestr("_rels/book.xml.rels", relation("worksheet", "sheet.xml"))
        z.writestr("book.xml", f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="S" sheetId="1" '
                               'r:id="r"/></sheets></workbook>')
        z.writestr("sheet.xml", f'<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>')
    return out.getvalue()


def a_sheet_is_the_same_batch_in_each_form():
    text = ("kind,subject,on,amount,voucher_no,id\n"
            "jar.filled,绍兴-1,2023-06-30,300,编号-1,01890a5d-ac96-774b-bcce-b302099a8057\n")
    words = "类型,对象,日期,金额（元）,凭证号,id\n投币" + text.splitlines()[1].removeprefix("jar.filled").replace("300", "3.0")
    with Server([{"status": 201, "body": receipts}] * 5) as server:
        for name, data in (("u.csv", text.encode()), ("b.csv", ("\ufeff" + text).encode()),
                           ("g.csv", text.encode("gb18030")), ("x.xlsx", as_workbook(text)),
                           ("w.csv", words.encode("gb18030"))):
            code, _, err = run("batch", write(name, data), *server.registry(), program=TOY)
            need(code == 0, f"{name}: {err}")
        sent = [json.loads(s["body"]) for s in server.judged()]
    equal(sent, [[{"id": "01890a5d-ac96-774b-bcce-b302099a8057", "kind": "jar.filled", "subject": "绍兴-1",
                   "on": "2023-06-30", "amount": 300, "voucher_no": "编号-1"}]] * 5)


def a_long_sheet_is_cut_and_stops_at_a_refused_list():
    rows = [f"jar.filled,jar-{i},2023-06-30,{i + 1},V-{i}" for i in range(2500)]
    sheet = write("long.csv", "kind,subject,on,amount,voucher_no\n" + "\n".join(rows) + "\n")
    problem = {"title": "t", "status": 409, "verdict": "OVER_LIMIT",
               "errors": [{"pointer": "/5/amount", "verdict": "OVER_LIMIT", "detail": "d", "detail_zh": "超限"}]}
    with Server([{"status": 201, "body": receipts}, {"status": 409, "body": json.dumps(problem).encode()}]) as server:
        code, out, err = run("batch", sheet, *server.registry(), program=TOY)
        equal(code, 1)
        equal([len(json.loads(s["body"])) for s in server.judged()], [1000, 1000])
    equal(out.count("\n"), 1000)
    need("第 1007 行" in err and "超限" in err and "row 1002 on nothing is recorded" in err, err)
    with Server([{"status": 200, "body": receipts}] * 3) as server:
        equal(run("batch", sheet, *server.registry(), program=TOY)[0], 0)
        sent = [json.loads(s["body"]) for s in server.judged()]
    equal([len(part) for part in sent], [1000, 1000, 500])
    equal([item["id"] for part in sent for item in part], (folder / "long.csv.ids").read_text().split())


def a_wrong_sheet_is_refused_before_anything_is_sent():
    head = "kind,subject,on,amount,voucher_no\n"
    cases = {head + "jar.filled,j,2023-06-30,3.5,V\n": "整数", head + "jar.filled,j,2023-06-30,\"1,000\",V\n": "整数",
             head + "jar.gone,j,2023-06-30,3,V\n": "没有这种登记事项", head + "jar.filled,,2023-06-30,3,V\n": "必填",
             head + "jar.filled,j,2023-06-30,3\n": "列数", head + "jar.filled,j,2023-06-30,3,\"V\n": "引号",
             head + "jar.filled,j,2023-06-30,3,V\"x\"\n": "引号", "kind,on,amount\njar.filled,2023-06-30,3\n": "缺少此列",
             "kind,subject,on,on\njar.filled,j,2023-06-30,3\n": "重复", head: "没有数据", "": "没有数据",
             head.encode() + "\n,,,,\njar.filled,绍兴,2023-06-30,3,V\n".encode("gb18030") + b"\xff": "第 5 行 row 5: 既不是",
             head + "\n\njar.filled,,2023-06-30,3,V\n": "第 4 行", b"PK\3\4": "xlsx",
             as_workbook(head + "jar.filled,j,2023-06-30,3,V,beyond\n"): "第 2 行 row 2 F2: 此单元格上方没有表头"}
    with Server([]) as server:
        for text, wanted in cases.items():
            sheet = write("wrong.csv", text)
            (folder / "wrong.csv.ids").unlink(missing_ok=True)
            code, _, err = run("batch", sheet, *server.registry(), program=TOY)
            need(code == 1 and wanted in err, f"{text!r}: {code} {err}")
        equal(len(server.seen), 0)


# ---- receipts and totals --------------------------------------------------------------------------------------------

def made_receipt(kind, subject, on, body, *more):
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    done = subprocess.run([str(MAKE_RECEIPT), kind, subject, on, text, *more], capture_output=True,
                          check=True).stdout.decode()
    vkey, document = done.split("\n", 1)
    return vkey, json.loads(document)


LEAF_BODY = {"district": "330602", "owner": "01890a5d-ac96-774b-bcce-b302099a8057", "capacity": 5, "label": "ab" * 32,
             "colour": "red"}


def a_receipt_that_holds_is_told_in_full():
    vkey, document = made_receipt("jar.opened", "jar-1", "2023-06-30", LEAF_BODY)
    path = write("r.json", json.dumps(document))
    code, out, err = run("check-receipt", path, "--key", vkey, program=TOY)
    need(code == 0, err)
    for text in ("回执有效", "seq", "开罐", "容量 capacity", "5 fen", "red  红", "标签 label", "私密", "2023-06-30",
                 "bank_machine:bank-zj:m1", "ventured.example/shaoxing", "not covered by the proof"):
        need(text in out, f"{text} is not in {out}")
    code, out, _ = run("check-receipt", path, "--key", vkey)
    need(code == 0 and "label" in out, "an unknown kind is told too")


def a_receipt_without_a_key_is_misuse():
    vkey, document = made_receipt("jar.opened", "jar-1", "2023-06-30", LEAF_BODY)
    path = write("r.json", json.dumps(document))
    equal(run("check-receipt", path)[0], 2)
    equal(run("check-receipt", path, "--key", "x")[0], 2)
    equal(run("check-receipt", path, "--key", vkey[:-1])[0], 2)


def each_broken_link_is_named():
    vkey, good = made_receipt("jar.opened", "jar-1", "2023-06-30", LEAF_BODY)
    other_key, other = made_receipt("jar.opened", "jar-1", "2023-06-30", {**LEAF_BODY, "capacity": 6})
    zero = base64.b64encode(bytes(32)).decode()
    cases = {
        "is not a receipt": {k: v for k, v in good.items() if k != "proof"},
        "canonical line": {**good, "leaf": good["leaf"].replace("{", "{ ", 1)},
        "seq of the receipt": {**good, "seq": 4},
        "id of the receipt": {**good, "id": good["id"][:-1] + "8"},
        "kind of the receipt": {**good, "kind": "jar.filled"},
        "subject of the receipt": {**good, "subject": "jar-2"},
        "at of the receipt": {**good, "at": "2023-06-30T08:00:00.124Z"},
        "is not a signed checkpoint": {**good, "checkpoint": good["checkpoint"].replace("\n5\n", "\n05\n")},
        "not signed by this key": {**good, "checkpoint": other["checkpoint"]},
        "does not lead": {**good, "proof": [zero] + good["proof"][1:]},
        "proof does not lead": {**good, "leaf": other["leaf"]},
    }
    for sentence, document in cases.items():
        code, out, err = run("check-receipt", write("r.json", json.dumps(document)), "--key", vkey)
        need(code == 1 and sentence in err and out == "", f"{sentence}: {code} {err} {out}")
    err = run("check-receipt", write("r.json", json.dumps(good)), "--key", other_key)[2]
    need("not signed by this key" in err, err)


def the_sent_body_is_compared_and_what_is_private_named():
    vkey, document = made_receipt("jar.opened", "jar-1", "2023-06-30", LEAF_BODY)
    path = write("r.json", json.dumps(document))
    sent = {"on": "2023-06-30", "subject": "jar-1", **LEAF_BODY, "label": "存钱"}
    for program in (TOY, VENTURE):  # one that knows the kind, one that does not
        code, out, err = run("check-receipt", path, "--key", vkey, "--body", write("sent.json", json.dumps(sent)),
                             program=program)
        need(code == 0, err)
        need("6 项一致" in out and "/label\n" in out and "不一致" not in out, out)
    for name, value in (("capacity", 6), ("capacity", "5"), ("subject", "jar-2"), ("on", "2023-06-29"),
                        ("colour", None), ("extra", 1), ("district", "330603")):
        changed = {k: v for k, v in {**sent, name: value}.items() if v is not None}
        code, out, err = run("check-receipt", path, "--key", vkey, "--body", write("sent.json", json.dumps(changed)),
                             program=TOY)
        need(code == 1 and f"different\n/{name}\n" in out, f"{name}: {code} {out} {err}")
    equal(run("check-receipt", path, "--key", vkey, "--body", write("sent.json", "[]"))[0], 1)
    equal(run("check-receipt", path, "--key", vkey, "--body", folder / "gone")[0], 2)


TOTALS = {"year": 2023, "as_of": "2023-06-30", "known_at": 5120, "indicators": [
    {"code": "loan_amount", "zh": "担保贷款", "en": "Loans", "unit": "fen"},
    {"code": "supported", "zh": "扶持人数", "en": "Supported", "unit": "person"},
    {"code": "key_group_rate", "zh": "就业率", "en": "Rate", "unit": "bp"}],
    "rows": [{"district": "330602", "zh": "越城区", "cells": {
        "loan_amount": {"target": 5000000000, "actual": 3120500000, "pace": 2500000000},
        "supported": {"actual": 0}, "key_group_rate": {"target": 9000, "actual": 8512, "num": 8512, "den": 10000}}},
             {"district": "330600", "zh": "总计", "cells": {"supported": {"target_text": "完成"}}}]}


def totals_are_read_signed_and_printed_as_the_plan_does():
    body = json.dumps(TOTALS).encode()
    with Server([{"status": 200, "body": body}] * 3) as server:
        code, out, err = run("totals", "--year", "2023", *server.registry())
        need(code == 0, err)
        equal(run("totals", "--year", "2023", "--as-of", "2023-06-30", "--known-at", "9", "--json",
                  *server.registry())[1].encode(), body)
        narrow = run("totals", "--year", "2023", "--columns", "60", *server.registry())[1]
        paths = [s["path"] for s in server.judged()]
    equal(paths[:2], ["/v1/totals?year=2023", "/v1/totals?year=2023&as_of=2023-06-30&known_at=9"])
    row = next(line for line in out.split("\n") if line.startswith("越城区"))
    equal(row.split(), ["越城区", "5000", "3121", "62.4%", "-", "0", "-", "90.00%", "85.12%", "94.6%"])
    need("担保贷款（万元）" in out and "扶持人数（人）" in out and "完成" in out, out)
    equal(narrow.count("越城区"), 3)


def totals_are_refused_with_the_reason():
    problem = {"title": "no", "title_zh": "无权", "status": 403, "verdict": "FORBIDDEN"}
    with Server([{"status": 403, "body": json.dumps(problem).encode()},
                 {"status": 200, "body": b"<html>"}, {"status": 200, "body": b"x" * 2000000}]) as server:
        code, out, err = run("totals", "--year", "2023", *server.registry())
        need((code, out) == (1, "") and "无权" in err and "FORBIDDEN" in err, err)
        equal(run("totals", "--year", "2023", *server.registry())[0], 1)
        code, _, err = run("totals", "--year", "2023", *server.registry())
        need(code == 1 and "too_large" in err, err)


TESTS = [keygen_makes_keys_that_openssl_reads, keygen_writes_over_no_key, misuse_is_told_and_exits_2,
         every_command_has_help_in_two_languages, posts_signed_with_every_algorithm,
         tries_again_under_the_same_id_until_it_is_recorded, gives_up_after_so_many_tries,
         the_id_outlives_a_kill_before_the_answer, an_id_given_is_kept_and_must_not_change, a_dry_run_keeps_nothing,
         a_correction_that_waits_has_no_receipt_yet, a_pipe_is_told_its_id,
         a_refusal_is_told_in_both_languages_and_harmlessly,
         an_untrusted_server_gets_no_second_try, the_file_says_what_the_line_leaves_out,
         a_sheet_becomes_typed_lists_with_lasting_ids, a_sheet_is_the_same_batch_in_each_form,
         a_long_sheet_is_cut_and_stops_at_a_refused_list,
         a_wrong_sheet_is_refused_before_anything_is_sent, a_receipt_that_holds_is_told_in_full,
         a_receipt_without_a_key_is_misuse, each_broken_link_is_named,
         the_sent_body_is_compared_and_what_is_private_named, totals_are_read_signed_and_printed_as_the_plan_does,
         totals_are_refused_with_the_reason]


def certificate(name):
    done = openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                   "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
                   "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.pem")
    need(done.returncode == 0, done.stderr)


def main():
    failed = 0
    certificate("tls")
    certificate("stranger")
    print(f"1..{len(TESTS)}")
    for number, test in enumerate(TESTS, 1):
        try:
            test()
            print(f"ok {number} - {test.__name__}", flush=True)
        except Exception as e:  # pylint: disable=broad-except
            failed += 1
            print(f"not ok {number} - {test.__name__}\n# {type(e).__name__} {e}".replace("\n", "\n# "), flush=True)
    return 1 if failed else 0


try:
    sys.exit(main())
finally:
    shutil.rmtree(folder, ignore_errors=True)
