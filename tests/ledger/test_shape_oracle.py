#!/usr/bin/env python3
"""Random documents through our decoder and through a JSON Schema library: same verdict, same pointers, same bytes.

Knows the toy schema files and JSON Schema; must not know our decoder's code: it asks tests/ledger/probe_shape.
Invariant: documents come from one printed seed (SEED overrides). Prints TAP.
"""
import copy
import datetime
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import time

try:
    import jsonschema
except ImportError:
    print("1..0 # SKIP python3-jsonschema is not installed")
    sys.exit(0)

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROBE = ROOT / "build" / os.environ.get("VARIANT", "plain") / "tests/ledger/probe_shape"
ENTRIES = ROOT / "tests/ledger/schemas/entries"
ROUNDS = 4000
VALID = {"uuid": "01890a5d-ac96-774b-bcce-b302099a8057", "resident-id": "11010519491231002X", "id": "a-1",
         "credit-code": "91999999MA0000000K", "sha256": "ab" * 32, "date": "2023-06-30"}
formats = jsonschema.FormatChecker(formats=())


def is_date(text):
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return False
    try:
        return datetime.date.fromisoformat(text).year >= 1900
    except ValueError:
        return False


def is_resident_id(text):
    if not re.fullmatch(r"[0-9]{17}[0-9X]", text) or not is_date(f"{text[6:10]}-{text[10:12]}-{text[12:14]}"):
        return False
    return sum((10 if c == "X" else int(c)) * pow(2, 17 - i, 11) for i, c in enumerate(text)) % 11 == 1


def is_credit_code(text):
    signs = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    if not re.fullmatch(f"[{signs}]{{18}}", text):
        return False
    return (sum(signs.index(c) * pow(3, i, 31) for i, c in enumerate(text[:17])) + signs.index(text[17])) % 31 == 0


for form, check in {"date": is_date, "resident-id": is_resident_id, "credit-code": is_credit_code,
                    "uuid": lambda t: re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", t),
                    "sha256": lambda t: re.fullmatch(r"[0-9a-f]{64}", t),
                    "id": lambda t: re.fullmatch(r"[A-Za-z0-9._:-]{1,64}", t)}.items():
    formats.checks(form)(lambda value, check=check: not isinstance(value, str) or bool(check(value)))


def whole(node):
    """Python's $ also matches before a last line feed, JSON Schema's does not."""
    if isinstance(node, dict):
        return {k: re.sub(r"\$$", r"\\Z", v) if k == "pattern" else whole(v) for k, v in node.items()}
    return [whole(v) for v in node] if isinstance(node, list) else node


def valid(node, rnd):
    if node["type"] == "integer":
        return rnd.choice([node["minimum"], node["maximum"], rnd.randint(node["minimum"], node["maximum"])])
    if node["type"] == "array":
        return [valid(node["items"], rnd) for _ in range(rnd.randint(node["minItems"], node["maxItems"]))]
    if node["type"] == "object":
        return {k: valid(v, rnd) for k, v in node["properties"].items() if k in node["required"] or rnd.random() < 0.5}
    if "enum" in node:
        return rnd.choice(node["enum"])
    if "format" in node:
        return VALID[node["format"]]
    if "x-list" in node:
        return str(rnd.randint(100000, 999999))
    length = rnd.randint(node["minLength"], node["maxLength"])
    return "".join(rnd.choice("0123456789" if "pattern" in node else "0a\"\\/一\n\x1f\x7f😀é ") for _ in range(length))


ODD = [None, True, False, 0, -1, 61, -41, 2**53, 9 * 10**15 + 1, 2**63 - 1, -2**63, [], {}, [0], [{}], ["x"] * 6,
       {"face": "one"}, "", "0", "red", "RED", "一", "甲", "甲乙", "330602\n", "A B", "x" * 101, "\x7f", "2023-02-29",
       "2024-02-29", "0001-01-01", "110105194912310021", "91999999MA00000001", "AB" * 32,
       "01890A5D-AC96-774B-BCCE-B302099A8057"]


def spoil(doc, rnd):
    """One change somewhere in the document."""
    lists = [v for v in doc.values() if isinstance(v, list)]
    spots = [(doc, k) for k in doc] + [(v, i) for v in lists for i in range(len(v))]
    spots += [(item, k) for v in lists for item in v if isinstance(item, dict) for k in item]
    what = rnd.random()
    if what < 0.15 or not spots:
        doc[rnd.choice(["other", "a/b", "m~n", "", "amount", "subject"])] = copy.deepcopy(rnd.choice(ODD))
        return
    node, key = rnd.choice(spots)
    if what < 0.3 and isinstance(node, dict):
        del node[key]
    elif what < 0.4 and isinstance(node, list) and len(node) < 8:
        node.append(copy.deepcopy(node[key]))
    elif isinstance(node[key], str) and what < 0.7:
        at = rnd.randint(0, len(node[key]))
        node[key] = node[key][:at] + rnd.choice("0aA _\n一X-") + node[key][at + rnd.randint(0, 1):]
    elif type(node[key]) is int and what < 0.7:
        node[key] = max(-2**63, min(node[key] + rnd.choice([-1, 1]), 2**63 - 1))  # beyond, the JSON reader refuses
    else:
        node[key] = copy.deepcopy(rnd.choice(ODD))


def pointer(path):
    return "".join("/" + str(p).replace("~", "~0").replace("/", "~1") for p in path)


def library_pointers(validator, doc):
    """What the library finds wrong, told as we tell it: the missing or unknown member itself, long lists as a whole."""
    found, long_lists = set(), []
    for e in validator.iter_errors(doc):
        path = list(e.absolute_path)
        if e.validator == "required":
            found |= {pointer([*path, name]) for name in e.validator_value if name not in e.instance}
        elif e.validator == "additionalProperties":
            found |= {pointer([*path, name]) for name in e.instance if name not in e.schema["properties"]}
        else:
            found.add(pointer(path))
        if e.validator == "maxItems":
            long_lists.append(pointer(path) + "/")
    return {p for p in found if not any(p.startswith(prefix) for prefix in long_lists)}


def canonical(doc, schema):
    """Members in schema order, no white space; Python escapes as RFC 8785 does."""
    def ordered(value, node):
        if isinstance(value, dict):
            return {k: ordered(value[k], node["properties"][k]) for k in node["properties"] if k in value}
        return [ordered(v, node["items"]) for v in value] if isinstance(value, list) else value
    return json.dumps(ordered(doc, schema), ensure_ascii=False, separators=(",", ":"))


def shuffled(doc, rnd):
    return dict(rnd.sample(list(doc.items()), len(doc)))


def main():
    if not PROBE.exists():
        print(f"1..0 # SKIP {PROBE.relative_to(ROOT)} is not built: make tests")
        return 0
    seed = int(os.environ.get("SEED", time.time_ns()))
    print(f"# ledger/shape_oracle: SEED={seed}")
    rnd = random.Random(seed)
    newest = {}
    for path in sorted(ENTRIES.glob("*.json")):
        newest[path.name.rsplit(".", 2)[0]] = json.loads(path.read_text("utf-8"))
    validators = {k: jsonschema.Draft202012Validator(whole(s), format_checker=formats) for k, s in newest.items()}
    cases = []
    for _ in range(ROUNDS):
        kind = rnd.choice(list(newest))
        doc = shuffled(valid(newest[kind], rnd), rnd)
        for _ in range(rnd.choice([0, 0, 1, 1, 1, 2, 4])):
            spoil(doc, rnd)
        cases.append((kind, doc))
    lines = "".join(f"{kind}\t{json.dumps(doc, ensure_ascii=rnd.random() < 0.5)}\n" for kind, doc in cases)
    out = subprocess.run([PROBE], input=lines, capture_output=True, text=True, check=True).stdout.split("\n")[:-1]
    assert len(out) == ROUNDS
    accepted, bad = 0, []
    for (kind, doc), answer in zip(cases, out):
        verdict, *rest = answer.split("\t")
        wanted = library_pointers(validators[kind], doc)
        accepted += not wanted
        same = set(rest) == wanted and len(rest) == len(wanted) if wanted else [canonical(doc, newest[kind])] == rest
        if verdict != ("wrong" if wanted else "ok") or not same:
            bad.append(f"{kind} {json.dumps(doc)}: {answer!r}, the library: {sorted(wanted)}")
    print(f"# {ROUNDS} documents, {accepted} accepted by the library")
    for line in bad[:5]:
        print("# " + line)
    print(f"{'not ok' if bad else 'ok'} 1 - ledger/shape_oracle: decides_and_points_as_a_json_schema_library_does")
    balanced = ROUNDS // 10 < accepted < ROUNDS * 9 // 10
    print(f"{'ok' if balanced else 'not ok'} 2 - ledger/shape_oracle: tries_both_right_and_wrong_documents")
    print("1..2")
    return 0 if balanced and not bad else 1


if __name__ == "__main__":
    sys.exit(main())
