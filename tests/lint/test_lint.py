#!/usr/bin/env python3
"""scripts/lint refuses a file with a known bug: its checkers are there and switched on.

Knows one bug for each checker; must not know how the checkers are called.
Invariant: the same file without the bug passes. Prints TAP.
"""
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
FILE = '#include "ventured/base.h"\n\nint sum(int a, int b);\n\nint\nsum(int a, int b)\n{{\n{}    return a + b;\n}}\n'
BUGS = [
    ("finds_nothing_in_a_good_file", "", None),
    ("finds_a_comparison_with_itself_by_clang_tidy", "    b = a == a;\n", "[misc-redundant-expression"),
    ("finds_a_null_pointer_by_the_analyser", "    int *c = NULL;\n    b = a > 0 ? 1 : *c;\n", "[clang-analyzer-core"),
    ("finds_an_array_overrun_by_cppcheck", "    int c[2] = {0};\n    b += c[3];\n", "arrayIndexOutOfBounds"),
    ("finds_what_does_not_compile", "    b = nowhere;\n", "nowhere"),
]


def main():
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "sum.c")
        for i, (name, bug, finding) in enumerate(BUGS, 1):
            path.write_text(FILE.format(bug), "utf-8")
            done = subprocess.run([ROOT / "scripts/lint", path], capture_output=True, text=True, timeout=240)
            said = done.stdout + done.stderr
            good = done.returncode == 0 if finding is None else done.returncode == 1 and finding in said
            failed += not good
            print(f"{'ok' if good else 'not ok'} {i} - lint/lint: {name}")
            if not good:
                print("".join(f"#   {line}\n" for line in said.splitlines()), end="")
    print(f"1..{len(BUGS)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
