#!/usr/bin/env python3
"""Judges the most that a loan may be of, in fractions: the sum of the partners' caps times a factor, at most a firm's.

Knows the rule as the trade says it; must not know the program.
Invariant: nothing is rounded before the last step, which goes down to the fen.

    cap_judge.py CLASS1 CLASS2 FIRM FACTOR_PPM FILE    a line "cap yes|no" for each line "class sort partners amount"
"""
import sys
from fractions import Fraction


def cap(numbers, case):
    class1, class2, firm, factor = numbers
    kind, sort, partners, _ = case
    if sort == "firm":
        return firm
    one = class1 if kind == "class1" else class2
    if sort == "individual":
        return one
    return min(firm, int(sum([one] * int(partners)) * Fraction(factor, 10 ** 6)))


def main():
    numbers = [int(word) for word in sys.argv[1:5]]
    with open(sys.argv[5], encoding="utf-8") as cases:
        for case in (line.split() for line in cases):
            most = cap(numbers, case)
            print(most, "yes" if int(case[3]) <= most else "no")


main()
