#!/usr/bin/env python3
"""scripts/check judges suites that behave and suites that do not.

Knows TAP as cmocka 1.1 writes it; must not build anything.
Invariant: nothing that a suite started is there when it has been judged. Prints TAP.
"""
import importlib.machinery
import importlib.util
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SLEEP_S = 600 + os.getpid() / 1e6  # nobody else sleeps for so long
CASES = [  # name, what the suite does, (passed, failed, skipped)
    ("counts_what_passed", "echo 1..2; echo ok 1 - a; echo ok 2 - b", (2, 0, 0)),
    ("counts_what_failed", "echo 1..2; echo ok 1 - a; echo not ok 2 - b; exit 1", (1, 1, 0)),
    ("counts_a_skip_however_it_is_written", "echo 1..2; echo not ok 1 '# SKIP a'; echo ok 2 '# SKIP b'", (0, 0, 2)),
    ("takes_a_skipped_suite_for_one_skip", "echo '1..0 # SKIP nothing to ask'", (0, 0, 1)),
    ("fails_a_suite_that_stops_short", "echo 1..3; echo ok 1 - a", (1, 2, 0)),
    ("fails_a_suite_that_crashes", "echo 1..2; echo ok 1 - a; kill -SEGV $$", (1, 1, 0)),
    ("fails_a_suite_that_exits_badly", "echo 1..1; echo ok 1 - a; exit 3", (1, 1, 0)),
    ("fails_a_suite_that_says_nothing", "true", (0, 1, 0)),
    ("ends_a_suite_that_hangs", f"echo 1..1; sleep {SLEEP_S}", (0, 1, 0)),
    ("ends_what_a_suite_left_behind", f"sleep {SLEEP_S} & echo 1..1; echo ok 1 - a", (1, 0, 0)),
]


def load():
    sys.dont_write_bytecode = True
    loader = importlib.machinery.SourceFileLoader("check", str(ROOT / "scripts/check"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("check", loader))
    sys.modules["check"] = module
    loader.exec_module(module)
    return module


def main():
    check = load()
    check.SUITE_MAX_S["plain"] = 2
    failed = 0
    for i, (name, script, expected) in enumerate(CASES, 1):
        o = check.run(name, ["sh", "-c", script], "plain", dict(os.environ))
        left = subprocess.run(["pgrep", "-f", f"^sleep {SLEEP_S}"], capture_output=True, text=True).stdout
        good = (o.passed, o.failed, o.skipped) == expected and left == ""
        failed += not good
        print(f"{'ok' if good else 'not ok'} {i} - lint/check: {name}")
        if not good:
            print(f"#   {o} left: {left!r}")
    print(f"1..{len(CASES)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
