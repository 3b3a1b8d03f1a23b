#!/usr/bin/env python3
"""Judges the plan's table: works out the document from the plan file and facts alone, and measures the printed one.

Knows the published form of the document; must not know the program.
Invariant: rounding is done with whole numbers, half away from zero.

    plan_judge.py PLAN FACTS KNOWN_AT AS_OF...    a document a line for the facts "indicator district on part amount"
    plan_judge.py --widths FILE                   prints the distinct widths of the table's lines
"""
import json
import sys
import unicodedata

UNITS = {"fen": ["loan_amount"], "bp": ["platform_coverage", "key_group_rate"], "text": ["east_west"],
         "piece": ["gig_markets_district", "gig_markets_public", "internship_posts", "public_posts_new",
                   "labour_brands", "bases_district", "bases_city"]}
STOCKS = {"gig_markets_district", "gig_markets_public", "public_posts_placed"}
RATES = set(UNITS["bp"])


def unit(code):
    return next((u for u, codes in UNITS.items() if code in codes), "person")


def half_up(n, d):
    return (2 * n + d) // (2 * d)


def months(as_of, year):
    if as_of[:4] != str(year):
        return 0 if as_of < str(year) else 12
    last = [31, 29 if year % 4 == 0 and (year % 100 or year % 400 == 0) else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    month, day = int(as_of[5:7]), int(as_of[8:])
    return month if day == last[month - 1] else month - 1


def cell(code, target, facts, known, year, share):
    out = {}
    if target and "value" in target:
        out["target"] = target["value"]
    if target and "target_text" in target:
        out["target_text"] = target["target_text"]
    mine = [f for f in facts if f[0] == code and (code in STOCKS or f[2][:4] == str(year))]
    num, den = (sum(f[4] for f in mine if f[3] == part) for part in ("num", "den"))
    if code in RATES and known and den > 0:
        out["actual"] = half_up(num * 10000, den)
    elif code not in RATES and known:
        out["actual"] = sum(f[4] for f in mine)
    if "target" in out and code not in STOCKS | RATES | {"east_west"}:
        out["pace"] = half_up(out["target"] * share, 12)
    if code in RATES and "actual" in out:
        out.update(num=num, den=den)
    return out


def document(plan, facts, as_of, known_at, codes):
    year = plan["year"]
    facts = [f for f in facts if f[2] <= min(as_of, f"{year}-12-31")]
    targets = {(t["district"], t["indicator"]): t for t in plan["targets"]}
    rows = []
    for row in plan["rows"] + [{"district": "330600", "zh": "总计"}]:
        mine = facts if row["district"] == "330600" else [f for f in facts if f[1] == row["district"]]
        cells = {c["code"]: cell(c["code"], targets.get((row["district"], c["code"])), mine,
                                 any(f[0] == c["code"] for f in facts), year, months(as_of, year)) for c in codes}
        rows.append({"district": row["district"], "zh": row["zh"], "cells": {k: v for k, v in cells.items() if v}})
    return {"year": year, "as_of": as_of, "known_at": known_at, "indicators": codes, "rows": rows}


def main():
    if sys.argv[1] == "--widths":
        lines = open(sys.argv[2], encoding="utf-8").read().split("\n\n")[1].split("\n")
        widths = {sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line) for line in lines}
        print(*sorted(widths))
        return
    plan = json.load(open(sys.argv[1], encoding="utf-8"))
    schema = json.load(open("schemas/entries/plan.set.1.json", encoding="utf-8"))
    field = schema["properties"]["targets"]["items"]["properties"]["indicator"]
    codes = [{"code": c, "zh": zh, "en": en, "unit": unit(c)}
             for c, zh, en in zip(field["enum"], field["x-enum-zh"], field["x-enum-en"])]
    facts = [line.split() for line in open(sys.argv[2], encoding="utf-8")]
    facts = [(f[0], f[1], f[2], f[3], int(f[4])) for f in facts]
    for as_of in sys.argv[4:]:
        print(json.dumps(document(plan, facts, as_of, int(sys.argv[3]), codes), ensure_ascii=False,
                         separators=(",", ":")))


main()
