#!/usr/bin/env python3
"""scripts/tidy against small houses: each bad file is refused at its line and for that alone, each good one passes.

A case is a text: path, line and says (line 1 is the first after the head that is put above a C file), then an empty
line, then the file. `head: no` puts none, `tested: no` writes no test beside it, `also:` names neighbours that exist.

Knows the cases beside it; must not know how tidy finds anything.
Invariant: a case passes only where tidy prints nothing else. Prints TAP.
"""
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TIDY = HERE.parents[1] / "scripts/tidy"
HEAD = "/*\n * Something small.\n * Knows little; must not know more.\n * Invariant: it stays small.\n */\n"


def put(root, path, text):
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, "utf-8")


def tidy(root):
    done = subprocess.run([sys.executable, TIDY, "--root", root], capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout


def judge(case):
    """What is wrong with tidy's answer, or nothing."""
    top, body = case.read_text("utf-8").split("\n\n", 1)
    told = dict(line.split(": ", 1) for line in top.split("\n"))
    path = pathlib.Path(told["path"])
    head = HEAD if path.suffix in (".c", ".h") and "head" not in told else ""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for neighbour in told.get("also", "").split():
            put(root, neighbour, HEAD)
        if path.suffix == ".c" and path.parts[0] == "src" and "tested" not in told:
            put(root, f"tests/{path.parts[1]}/test_{path.stem}.c", HEAD)
        put(root, path.as_posix(), head + body)
        code, out = tidy(root)
    if case.parent.name == "good":
        return "" if (code, out) == (0, "") else f"exit {code}: {out}"
    expected = f"{path}:{int(told['line']) + head.count(chr(10))}: {told['says']}"
    if code == 1 and out.startswith(expected) and out.count("\n") == 1:
        return ""
    return f"expected {expected}\nexit {code}: {out}"


def main():
    failed = 0
    cases = sorted(HERE.glob("bad/*.txt")) + sorted(HERE.glob("good/*.txt"))
    for i, case in enumerate(cases, 1):
        wrong = judge(case)
        failed += wrong != ""
        print(f"{'not ok' if wrong else 'ok'} {i} - lint/tidy: "
              f"{'refuses' if case.parent.name == 'bad' else 'allows'}_{case.stem}")
        for line in wrong.splitlines():
            print(f"#   {line}")
    print(f"1..{len(cases)}")
    return 1 if failed or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
