"""What must be true of a journal after a trial, and the loans' totals out of its lines.

Knows rows, leaves and acknowledgements; must not know the ledger, a process or an engine.
Invariant: shares nothing with the registry but its lines; each fault is one sentence.
"""
import collections

TOLD_MAX = 20


def sequence_faults(rows):
    """One gapless sequence from 1, no id twice, and each row is its leaf's."""
    seen = set()
    for place, (seq, entry, subject, leaf) in enumerate(rows, 1):
        if seq != place:
            yield f"row {place} has seq {seq}"
        if entry in seen:
            yield f"{entry} is there twice, again as {seq}"
        if (leaf["seq"], leaf["id"], leaf["subject"]) != (seq, entry, subject):
            yield f"row {seq} and its leaf differ"
        seen.add(entry)


def acknowledgement_faults(rows, acked):
    """Every (id, seq, kind, subject) that was acknowledged, however often, is the journal's."""
    there = collections.defaultdict(list)
    for seq, entry, subject, leaf in rows:
        there[entry].append((seq, leaf["kind"], subject))
    for entry, *said in acked:
        if there[entry] != [tuple(said)]:
            yield f"{entry} was acknowledged as {said}, the journal has {there[entry]}"


def posted_faults(rows, founded, facts):
    """Behind the first `founded` rows stand exactly the facts that were posted; a loan's in the order of its lane."""
    posted = {f.id: n for n, f in enumerate(facts)}
    last = {}
    for seq, entry, subject, _ in rows[founded:]:
        n = posted.pop(entry, None)
        if n is None:
            yield f"{entry} at {seq} was never posted, or is there twice"
        elif n < last.get(subject, -1):
            yield f"{entry} at {seq} was overtaken by a later fact of {subject}"
        else:
            last[subject] = n
    if posted:
        yield f"{len(posted)} facts are not in the journal, {next(iter(posted))} for one"


def recount(rows, year):
    """{district: {"loan_amount": fen, "supported": persons}} of the year, with no mended entries."""
    applied, sums, firsts = {}, collections.Counter(), {}
    for seq, _, subject, leaf in rows:
        body = leaf.get("body", {})
        if leaf["kind"] == "loan.applied":
            own = body["district"]
            applied[subject] = body["person"], body.get("issued_by", own) if body["class"] == "class1" else own
        elif leaf["kind"] == "loan.disbursed" and leaf["on"].startswith(f"{year}-"):
            person, district = applied[subject]
            sums[district, "loan_amount"] += body["amount"]
            firsts[person] = min(firsts.get(person, ("9", "")), (leaf["on"], district))
    sums.update((district, "supported") for _, district in firsts.values())
    table = collections.defaultdict(dict)
    for (district, indicator), amount in sums.items():
        table[district][indicator] = amount
    return table


def total_faults(rows, told):
    """`told`: what `ventured totals --json` prints. Each district's cells, and the last row, the city's sum."""
    ours = recount(rows, told["year"])
    theirs = {row["district"]: {k: row["cells"].get(k, {}).get("actual", 0) for k in ("loan_amount", "supported")}
              for row in told["rows"]}
    city = told["rows"][-1]["district"]
    for cell in ("loan_amount", "supported"):
        sums = {district: cells.get(cell, 0) for district, cells in ours.items()} | {
            city: sum(cells.get(cell, 0) for cells in ours.values())}
        for district in sorted(set(sums) | set(theirs)):
            said = theirs.get(district, {}).get(cell, 0)
            if said != sums.get(district, 0):
                yield f"{cell} of {district} is {said}, the lines say {sums.get(district, 0)}"


def all_faults(rows, founded, facts, acked, totals, verified):
    """`totals` and `verified` are what `ventured totals` and `ventured verify` print with --json."""
    yield from sequence_faults(rows)
    yield from acknowledgement_faults(rows, acked)
    yield from posted_faults(rows, founded, facts)
    yield from total_faults(rows, totals)
    if verified["damage"] != 0 or verified["entries"] != len(rows):
        yield f"verify: {verified}"


def tell(faults):
    """Prints the first of them; how many there are."""
    faults = list(faults)
    for fault in faults[:TOLD_MAX]:
        print(f"torture: {fault}")
    if len(faults) > TOLD_MAX:
        print(f"torture: and {len(faults) - TOLD_MAX} more")
    return len(faults)
