#!/usr/bin/env python3
"""Counts the toy's totals out of the journal's lines: a judge that shares nothing with the ledger but the lines.

  recount.py [FILE] [--from DAY] [--to DAY] [--known SEQ]   leaf lines in, "indicator district part year amount" out
  recount.py --judge [FILE]                                 what tests/ledger/story wrote: 1 where an account differs

A leaf is a fact; a leaf with "mends" takes the place, the day and the fields of the fact it names, and without a body
it leaves the place empty. Coins count on the day they went in, under the district and colour of their jar. A jar
counts on its first filling of each year. A keeper counts once a year, on the first of the days on which a jar of his
had its very first filling; a circle once a year likewise, on the first of the days on which a keeper of it had his
very first jar. A promise counts on its day from its pot to its jar's owner, and no pot ever promises more in all than
the bound that was set.
"""
import argparse
import collections
import json
import sys


class Place:
    """Where a fact stands: the first entry's id, kind and subject, and what counts there now."""

    def __init__(self, leaf):
        self.id, self.kind, self.subject = leaf["id"], leaf["kind"], leaf["subject"]
        self.put(leaf)

    def put(self, leaf):
        self.on, self.body = leaf["on"], leaf.get("body")


def places(leaves, known):
    """The facts as they stand when `known` entries have been recorded, in their order."""
    by_id = {}
    for leaf in leaves:
        if leaf["seq"] > known:
            break
        mends = leaf.get("mends")
        if mends is None:
            by_id[leaf["id"]] = Place(leaf)
        else:
            by_id[mends["entry"]].put(leaf)
    return [p for p in by_id.values() if p.body is not None]


def firsts(events, key):
    """Of (who, day, by, district) the first for each key; ties go to the smaller `by`."""
    best = {}
    for event in events:
        k = key(event)
        if k not in best or (event[1], event[2]) < (best[k][1], best[k][2]):
            best[k] = event
    return list(best.values())


def once_a_year(event):
    return event[0], event[1][:4]


def contributions(leaves, known):
    """Every (indicator, district, part, day, amount) that counts."""
    facts = places(leaves, known)
    opened = {p.subject: p.body for p in facts if p.kind == "jar.opened"}
    circle = {p.subject: p.body["circle"] for p in facts if p.kind == "keeper.named"}
    fills = []
    for n, p in enumerate(facts):
        if p.kind == "jar.promised":
            jar, pot, amount = opened[p.subject], p.body["pot"], p.body["amount"]
            yield "promised", jar["district"], f"{pot}/{jar['owner']}", p.on, amount
            yield "promised_to", jar["district"], f"{jar['owner']}/{pot}", p.on, amount
        if p.kind != "jar.filled":
            continue
        jar = opened[p.subject]
        yield "coins_in", jar["district"], jar["colour"], p.on, p.body["amount"]
        fills.append((p.subject, p.on, n, jar["district"]))
    for _, on, _, district in firsts(fills, once_a_year):
        yield "jars", district, "", on, 1
    jars = [(opened[jar]["owner"], on, jar, district) for jar, on, _, district in firsts(fills, lambda e: e[0])]
    for _, on, _, district in firsts(jars, once_a_year):
        yield "keepers", district, "", on, 1
    keepers = [(circle[keeper], on, keeper, district) for keeper, on, _, district in firsts(jars, lambda e: e[0])
               if keeper in circle]
    for _, on, _, district in firsts(keepers, once_a_year):
        yield "circles", district, "", on, 1


def cells(leaves, first, last, known):
    sums = collections.Counter()
    for indicator, district, part, on, amount in contributions(leaves, known):
        if first <= on <= last:
            sums[indicator, district, part] += amount
    return {cell: amount for cell, amount in sums.items() if amount != 0}


class Pots:
    """What each pot has promised, line by line: corrections may lower and raise it, but never beyond the bound."""

    def __init__(self):
        self.bound, self.sums, self.standing = 0, collections.Counter(), {}

    def exceeded(self, leaf):
        """Prints a pot that this line drove over its bound; true where it did."""
        if leaf["kind"] == "rule.set" and leaf["subject"] == "pot_max:city":
            self.bound = leaf["body"]["number"]
        if leaf["kind"] != "jar.promised":
            return False
        place, body = leaf.get("mends", {}).get("entry", leaf["id"]), leaf.get("body")
        pot, amount = self.standing.pop(place, ("", 0))
        self.sums[pot] -= amount
        if body is None:
            return False
        self.standing[place] = body["pot"], body["amount"]
        self.sums[body["pot"]] += body["amount"]
        if self.sums[body["pot"]] <= self.bound:
            return False
        print("entry %d: %s has promised %d of %d" % (leaf["seq"], body["pot"], self.sums[body["pot"]], self.bound))
        return True


def differ(account, leaves, world):
    """Prints where an account and the recount differ; true where they do."""
    if "year" in account:
        first, last, known = "%04d-01-01" % account["year"], "%04d-12-31" % account["year"], sys.maxsize
    else:
        first, last, known = account["from"], account["to"], account["known"]
    ours = cells(leaves, first, last, known)
    theirs = {tuple(cell[:3]): cell[3] for cell in account["cells"] if cell[3] != 0}
    for cell in sorted(set(ours) | set(theirs)):
        if ours.get(cell, 0) != theirs.get(cell, 0):
            print("world %d, %s to %s as known at %d of %d: %s is %d, the lines say %d" % (
                world, first, last, known, len(leaves), " ".join(cell), theirs.get(cell, 0), ours.get(cell, 0)))
    return ours != theirs


def judge(lines):
    leaves, pots, world, accounts, wrong, entries, promises = [], Pots(), 0, 0, 0, 0, 0
    for line in lines:
        said = json.loads(line)
        if "world" in said:
            leaves, pots, world = [], Pots(), said["world"]
        elif "leaf" in said:
            leaves.append(said["leaf"])
            entries += 1
            promises += said["leaf"]["kind"] == "jar.promised"
            wrong += pots.exceeded(said["leaf"])
        else:
            accounts += 1
            wrong += differ(said, leaves, world)
    print("recount: %d entries, %d promises among them, %d accounts, %d wrong" % (entries, promises, accounts, wrong))
    return 1 if wrong or not accounts else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=argparse.FileType(encoding="utf-8"), default=sys.stdin)
    parser.add_argument("--judge", action="store_true")
    parser.add_argument("--from", dest="first", default="0000-00-00")
    parser.add_argument("--to", dest="last", default="9999-99-99")
    parser.add_argument("--known", type=int, default=sys.maxsize)
    words = parser.parse_args()
    if words.judge:
        return judge(words.file)
    leaves = [json.loads(line) for line in words.file]
    sums = collections.Counter()
    for indicator, district, part, on, amount in contributions(leaves, words.known):
        if words.first <= on <= words.last:
            sums[indicator, district, part, on[:4]] += amount
    for cell in sorted(sums):
        print(" ".join(part or "-" for part in cell), sums[cell])
    return 0


if __name__ == "__main__":
    sys.exit(main())
