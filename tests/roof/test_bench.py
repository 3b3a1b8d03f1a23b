#!/usr/bin/env python3
"""The short form of `scripts/bench`: every goal is measured, and a wrong answer is a failure, not a figure.

Knows the report's form; must not look at how fast anything was: no time is asserted.
Invariant: each check is shown to fail on what is wrong in its way. Prints TAP.
"""
import importlib.machinery
import importlib.util
import json
import pathlib
import subprocess
import sys
import tempfile
from dataclasses import replace

ROOT = pathlib.Path(__file__).resolve().parents[2]
BENCH = ROOT / "scripts/bench"
GOALS = ["G1", "G2", "G6", "G8"]


def bench_module():
    loader = importlib.machinery.SourceFileLoader("bench", str(BENCH))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("bench", loader))
    loader.exec_module(module)
    return module


def refuses_a_wrong_sum(bench):
    """A registry whose total is not the sum of what was made gives no figure."""
    fill = bench.synthetic.fill
    bench.synthetic.fill = lambda path, count: fill(path, count) + 1
    try:
        bench.Reads(10)
    except RuntimeError as wrong:
        return "the sum of what was made" in str(wrong)
    return False


def refuses_a_fact_that_is_not_recorded(bench):
    """As many facts as were to be measured must be in the journal afterwards."""
    accepted = bench.accepted
    bench.accepted = lambda loans, numbers: [replace(f, kind="loan.unheard_of") for f in accepted(loans, numbers)]
    writes = bench.Writes(4, 4)
    try:
        writes.single_us()
    except RuntimeError as wrong:
        return "4 facts, 0 recorded" in str(wrong)
    finally:
        writes.close()
    return False


def checks():
    with tempfile.NamedTemporaryFile(suffix=".json") as report:
        done = subprocess.run([BENCH, "--short", "--json", report.name], capture_output=True, text=True)
        yield "measures_every_goal", done.returncode == 0
        if done.returncode != 0:
            print("".join(f"# {line}\n" for line in (done.stdout + done.stderr).splitlines()[-20:]), end="")
            return
        told = json.load(report)
    yield "reports_every_goal_of_every_round", (
        list(told["goals"]) == GOALS and all(set(GOALS) <= set(row) for row in told["rounds"]))
    yield "takes_no_unknown_goal", subprocess.run([BENCH, "--goals", "G0"], capture_output=True).returncode == 2
    bench = bench_module()
    yield "refuses_a_wrong_sum", refuses_a_wrong_sum(bench)
    yield "refuses_a_fact_that_is_not_recorded", refuses_a_fact_that_is_not_recorded(bench)


def main():
    failed = number = 0
    for number, (name, ok) in enumerate(checks(), 1):
        failed += not ok
        print(f"{'ok' if ok else 'not ok'} {number} - roof/bench: {name}")
    print(f"1..{number}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
