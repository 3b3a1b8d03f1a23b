#!/usr/bin/env python3
"""Bad schema files, one a row: each is refused at its pointer with a word of advice, and nothing is written.

Knows the generator's command line; must not import it.
Invariant: the file that every row spoils is accepted as it is. Prints TAP.
"""
import copy
import json
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
L = {"title": "名", "x-title-en": "Name"}
GOOD = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "事", "x-title-en": "Fact", "x-subject": "thing",
    "x-post": ["bank_machine"], "x-see": ["bank_machine", "auditor"], "type": "object",
    "properties": {
        "amount": {"type": "integer", "minimum": 1, "maximum": 9000000000000000, "x-unit": "fen", **L},
        "no": {"type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[0-9A-Z]+$", "x-voucher": True, **L},
        "note": {"type": "string", "minLength": 1, "maxLength": 100, "x-private": True, "x-see": ["auditor"], **L},
        "code": {"type": "string", "enum": ["a", "b"], "x-enum-zh": ["甲", "乙"], "x-enum-en": ["A", "B"], **L},
        "day": {"type": "string", "format": "date", **L},
        "place": {"type": "string", "pattern": "^[0-9]{6}$", "x-list": "district", **L},
        "parts": {"type": "array", "minItems": 1, "maxItems": 5, **L, "items": {
            "type": "object", "properties": {"n": {"type": "integer", "minimum": 0, "maximum": 9, **L}},
            "required": ["n"], "additionalProperties": False}}},
    "required": ["amount", "no"], "additionalProperties": False}
VIEW = {"$schema": GOOD["$schema"], "title": "物", "x-title-en": "Thing", "x-plural": "things", "x-see": ["auditor"],
        "type": "object", "properties": {}, "required": [], "additionalProperties": False}
GONE = object()
BARE = {"type": "string", "minLength": 1, "maxLength": 9}
TEXT = {"type": "string", "minLength": 1, "maxLength": 9, **L}
P = "/properties"

# What is spoiled, with what, where the refusal points (the same place unless told), a word of the advice.
ROWS = [
    ("an unknown keyword", "/oneOf", [], None, "two kinds"),
    ("a misspelt keyword", P + "/no/maxlength", 9, None, "did you mean maxLength"),
    ("a default", P + "/day/default", "2023-06-30", None, "absent"),
    ("no title", P + "/amount/title", GONE, P + "/amount", "lacks title"),
    ("no English title", "/x-title-en", GONE, "", "lacks x-title-en"),
    ("an empty title", P + "/amount/title", " ", None, "not empty"),
    ("free text that is not private", P + "/free", TEXT, None, "x-private"),
    ("a private number", P + "/amount/x-private", True, None, "commitment"),
    ("a private code", P + "/code/x-private", True, None, "commitment"),
    ("a private day", P + "/day/x-private", True, None, "commitment"),
    ("a private text inside a list", P + "/parts/items/properties/t", {**TEXT, "x-private": True},
     P + "/parts/items/properties/t/x-private", "top level"),
    ("free text inside a list", P + "/parts/items", BARE, None, "pattern"),
    ("an identity number that is not private", P + "/who", {"type": "string", "format": "resident-id", **L}, None,
     "random id"),
    ("money beyond its bound", P + "/amount/maximum", 9000000000000001, None, "sum of money"),
    ("money below its bound", P + "/amount/minimum", -9000000000000001, None, "sum of money"),
    ("a number without a bound", P + "/amount/minimum", GONE, P + "/amount", "minimum"),
    ("a list's number without a bound", P + "/parts/items/properties/n/maximum", GONE, P + "/parts/items/properties/n",
     "maximum"),
    ("bounds the wrong way round", P + "/parts/minItems", 6, None, "no value would fit"),
    ("a list longer than a list may be", P + "/parts/maxItems", 1001, None, "1000"),
    ("a text without maxLength", P + "/no/maxLength", GONE, P + "/no", "maxLength"),
    ("an object without additionalProperties", "/additionalProperties", GONE, "", "additionalProperties"),
    ("an object open to other members", "/additionalProperties", True, None, "must be false"),
    ("a list's object open to other members", P + "/parts/items/additionalProperties", True, None, "must be false"),
    ("an unknown role", "/x-post", ["bank_machin"], "/x-post/0", "bank_machine"),
    ("a role twice", "/x-see", ["auditor", "bank_machine", "auditor"], "/x-see/2", "keep one"),
    ("nobody who may post", "/x-post", [], None, "at least one role"),
    ("a role that may post and propose", "/x-propose", ["bank_machine"], "/x-propose/0", "nobody to wait for"),
    ("a role that proposes what it does not see", "/x-propose", ["auditor", "payer"], "/x-propose/1", "x-see"),
    ("an unknown role that proposes", "/x-propose", ["auditors"], "/x-propose/0", "did you mean auditor"),
    ("a role that proposes twice", "/x-propose", ["auditor", "auditor"], "/x-propose/1", "keep one"),
    ("a field shown wider than its kind", P + "/amount/x-see", ["payer"], None, "narrows"),
    ("a required member that does not exist", "/required", ["amount", "nos"], "/required/1", "did you mean no?"),
    ("a list of required members that is left out", "/required", GONE, "", "lacks required"),
    ("a name that is not lower_snake", P + "/dueDay", {"type": "string", "format": "date", **L}, None, "lower_snake"),
    ("a name that is a word of C", P + "/register", {"type": "string", "format": "date", **L}, None, "word of C"),
    ("a name of the envelope", P + "/subject", {"type": "string", "format": "id", **L}, None, "envelope"),
    ("a code that is not lower_snake", P + "/code/enum", ["a", "B"], P + "/code/enum/1", "lower_snake"),
    ("a code without a label", P + "/code/x-enum-zh", ["甲"], None, "one label"),
    ("a code twice", P + "/code/enum", ["a", "a"], P + "/code/enum/1", "keep one"),
    ("a fraction", P + "/amount/minimum", 0.5, None, "fraction"),
    ("a fraction that is whole", P + "/amount/minimum", 1.0, None, "fraction"),
    ("a yes or no", P + "/done", {"type": "boolean", **L}, P + "/done/type", "enum"),
    ("an unknown format", P + "/day/format", "date-time", None, "known: uuid"),
    ("an unknown unit", P + "/amount/x-unit", "yuan", None, "fen"),
    ("a pattern without anchors", P + "/no/pattern", "[0-9]+", None, "whole text"),
    ("a pattern with bare alternatives", P + "/no/pattern", "^1|2$", None, "(?:"),
    ("a pattern with a class of one engine", P + "/no/pattern", "^\\d+$", None, "[0-9]"),
    ("a pattern that is none", P + "/no/pattern", "^[0-9$", None, "regular expression"),
    ("a pattern no example fits", P + "/no/pattern", "^ZZ[0-9]{9}Q$", P + "/no/examples", "examples"),
    ("an optional voucher", "/required", ["amount"], P + "/no", "voucher"),
    ("a blind index over a text that is not private", P + "/no/x-blind", "identity", None, "x-private"),
    ("a blind index over a number", P + "/amount/x-blind", "identity", None, "private text"),
    ("a scheme that is not lower_snake", P + "/note/x-blind", "Identity", None, "lower_snake"),
    ("a list in a list", P + "/parts/items/properties/l", {"type": "array", **L}, P + "/parts/items/properties/l/type",
     "integer"),
    ("a list of numbers", P + "/parts/items", {"type": "integer", "minimum": 0, "maximum": 1}, None, "object"),
    ("a subject without a view", "/x-subject", "thingy", None, "thingy.json"),
    ("another draft", "/$schema", "http://json-schema.org/draft-07/schema#", None, "2020-12"),
    ("a wrong JSON type", P + "/no/maxLength", "64", None, "whole number"),
]


def spoil(tree, pointer, value):
    tree = copy.deepcopy(tree)
    node = tree
    *path, last = pointer.split("/")[1:]
    for token in path:
        node = node[token]
    if value is GONE:
        del node[last]
    else:
        node[last] = value
    return tree


def run(folder, *more):
    words = ["--entries", folder / "entries", "--views", folder / "views", "--out", folder / "out/x_", "--name", "x"]
    return subprocess.run([ROOT / "scripts/generate-shapes", *words, *more], capture_output=True, text=True)


def generate(files, *more):
    """Runs the generator over {name: tree or text}; returns its result and whether it wrote anything."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for part in ("entries", "views"):
            (folder / part).mkdir()
        for path, tree in files.items():
            (folder / path).write_text(tree if isinstance(tree, str) else json.dumps(tree), "utf-8")
        return run(folder, *more), (folder / "out").exists()


def refused(files, pointer, word):
    got, wrote = generate(files)
    lines = got.stderr.strip().splitlines()
    ok = got.returncode == 1 and not wrote and len(lines) == 1 and f".json#{pointer}: " in lines[0] and word in lines[0]
    return ok, f"wanted one line with #{pointer}: ... {word!r}\n{got.returncode} {got.stderr}"


def files(tree, name="thing.done.1.json"):
    return {f"entries/{name}": tree, "views/thing.json": VIEW}


def check_rows():
    got, wrote = generate(files(GOOD))
    yield "accepts_the_file_that_every_row_spoils", got.returncode == 0 and wrote, got.stderr
    for what, pointer, value, at, word in ROWS:
        spoiled = files(spoil(GOOD, pointer, value))
        yield "refuses " + what, *refused(spoiled, pointer if at is None else at, word)


def check_files():
    twice = json.dumps(GOOD).replace('"x-unit": "fen"', '"x-unit": "fen", "minimum": 2')
    yield "refuses a key twice", *refused(files(twice), P + "/amount/minimum", "keep one")
    yield "refuses what is not JSON", *refused(files("{"), "", "not JSON")
    yield "refuses a list at the top", *refused(files("[]"), "", "one object")
    yield "refuses a file name without a version", *refused(files(GOOD, "thing.done.json"), "", "must be named")
    second = files(GOOD, "thing.done.2.json")
    yield "refuses a second version without the first", *refused(second, "", "numbered from 1")
    proposed = {"views/thing.json": spoil(VIEW, "/x-propose", ["auditor"])}
    yield "refuses a state that somebody proposes", *refused(proposed, "/x-propose", "")
    private = spoil(VIEW, P + "/t", {**TEXT, "x-private": True})
    yield "refuses a private text in a state", *refused({"views/thing.json": private}, P + "/t/x-private", "entry")
    clash = {**files(spoil(GOOD, P + "/code_a", {**GOOD["properties"]["code"], "enum": ["b", "c"]})),
             "entries/thing.done_code.1.json": spoil(GOOD, P + "/a", GOOD["properties"]["code"])}
    got, wrote = generate(clash)
    ok = got.returncode == 1 and "rename one" in got.stderr and not wrote
    yield "refuses two names that C cannot tell apart", ok, got.stderr
    two = spoil(spoil(GOOD, P + "/no/maxLength", GONE), P + "/day/format", "x")
    got, _ = generate(files(two))
    yield "tells every bad member at once", len(got.stderr.splitlines()) == 2, got.stderr


def check_versions():
    second = "entries/thing.done.2.json"
    more = spoil(GOOD, P + "/late", {"type": "string", "format": "date", **L})
    base = files(GOOD)
    three = {**GOOD["properties"]["code"], "enum": ["a", "b", "c"], "x-enum-zh": ["一", "二", "三"],
             "x-enum-en": ["1", "2", "3"]}
    yield "accepts a version with a new optional member", generate({**base, second: more})[0].returncode == 0, ""
    rows = [("a new required member", spoil(more, "/required", ["amount", "no", "late"]), P + "/late", "not be"),
            ("a wider bound", spoil(more, P + "/parts/maxItems", 6), P + "/parts", "new kind"),
            ("one more code", spoil(more, P + "/code", three), P + "/code", "new kind"),
            ("a member less", spoil(GOOD, P + "/day", GONE), P + "/day", "new kind"),
            ("another subject", spoil(more, "/x-subject", "other"), "/x-subject", "new kind")]
    for what, tree, at, word in rows:
        got, wrote = generate({**base, second: tree, "views/other.json": {**VIEW, "x-plural": "others"}})
        ok = got.returncode == 1 and not wrote and f"thing.done.2.json#{at}: " in got.stderr and word in got.stderr
        yield "refuses a version with " + what, ok, got.stderr


def check_frozen():
    def hash_of(tree):
        return generate(files(tree), "--frozen")[0].stdout.split()[1]

    base = hash_of(GOOD)
    same = [("a title", "/title", "别的"), ("a help", P + "/no/x-help", "怎样填写"),
            ("a label", P + "/code/x-enum-zh", ["丙", "丁"]), ("who may post", "/x-post", ["payer"]),
            ("who may see", "/x-see", ["bank_machine", "auditor", "payer"]),
            ("who may propose", "/x-propose", ["auditor"])]
    other = [("a bound", P + "/amount/minimum", 2), ("a pattern", P + "/no/pattern", "^[0-9]+$"),
             ("a name", P + "/more", GOOD["properties"]["day"]), ("a format", P + "/day/format", "uuid"),
             ("the codes' order", P + "/code/enum", ["b", "a"]), ("a unit", P + "/amount/x-unit", GONE),
             ("what is required", "/required", ["amount", "no", "day"]), ("the voucher", P + "/no/x-voucher", GONE),
             ("the blind index", P + "/note/x-blind", "identity"),
              ("a list's item", P + "/parts/items/properties/n/maximum", 8)]
    for what, pointer, value in same:
        yield f"the frozen hash does not cover {what}", hash_of(spoil(GOOD, pointer, value)) == base, ""
    for what, pointer, value in other:
        yield f"the frozen hash covers {what}", hash_of(spoil(GOOD, pointer, value)) != base, ""
    secret = spoil(GOOD, P + "/note/pattern", "^[a-z0-9]+$")
    told = spoil(secret, P + "/note/x-private", GONE)
    yield "the frozen hash covers what is private", hash_of(told) != hash_of(secret), ""
    printed = subprocess.run([ROOT / "scripts/generate-shapes", "--frozen"], capture_output=True, text=True).stdout
    now = dict(line.split() for line in printed.splitlines())
    released = re.findall(r"^([^#\s]\S*) (\S+)$", (ROOT / "schemas/entries/frozen.txt").read_text("utf-8"), re.M)
    changed = [kind for kind, digest in released if now.get(kind) != digest]
    yield "every released schema file is as it was released", not changed, " ".join(changed)


def main():
    number = failed = 0
    for checks in (check_rows, check_files, check_versions, check_frozen):
        for name, ok, why in checks():
            number += 1
            failed += not ok
            print(f"{'ok' if ok else 'not ok'} {number} - ledger/generate_shapes: {name.replace(' ', '_')}")
            if not ok:
                print("# " + why.strip().replace("\n", "\n# "))
    print(f"1..{number}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
