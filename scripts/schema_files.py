"""Reads the schema files: the language they are written in, and its refusals.

Knows the closed subset of JSON Schema 2020-12 and our own x- keywords; must not know C, nor what any kind means.
Invariant: what is accepted here, src/ledger/shape.c decides as JSON Schema would; every refusal says what to do.
"""
import difflib
import hashlib
import json
import pathlib
import re
from dataclasses import dataclass, field

INT_MAX = 9_000_000_000_000_000  # of money, by promise; of every other number, so that browsers hold it exactly
ROOT = pathlib.Path(__file__).resolve().parent.parent
# The words that C knows too are read from C's own tables.
ROLES = re.findall(r'^R\(\w+, *"(\w+)"', (ROOT / "include/ventured/role.tbl").read_text("utf-8"), re.M)
UNITS = re.findall(r'^UNIT\("(\w+)"', (ROOT / "src/ledger/shape.tbl").read_text("utf-8"), re.M)
ENVELOPE = {"id", "kind", "subject", "on", "mends"}  # stand beside the members in a posted body
C_WORDS = set("auto break case char const continue default do double else enum extern float for goto if inline int "
              "long register restrict return short signed sizeof static struct switch typedef union unsigned void "
              "volatile while".split())
SNAKE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
# format -> shortest, longest, what the API document shows; "date" has a C type of its own.
FORMS = {"uuid": (36, 36, "01890a5d-ac96-774b-bcce-b302099a8057"), "resident-id": (18, 18, "11010519491231002X"),
         "credit-code": (18, 18, "91350100M000100Y43"), "sha256": (64, 64, hashlib.sha256(b"").hexdigest()),
         "id": (1, 64, "a-1"), "date": (10, 10, "2023-06-30")}
SAMPLES = ["330602", "2023-0001", "A1", "a1", "a"] + ["1" * n for n in range(1, 33)]

TITLES = {"title", "x-title-en"}
HELPS = {"x-help", "x-help-en"}
OBJECT = {"type", "properties", "required", "additionalProperties"}
ARRAY = {"type", "minItems", "maxItems", "items"}
INTEGER = {"type", "minimum", "maximum"}
TEXT = {"minLength", "maxLength", "pattern", "examples", "x-list"}
ENUM = {"type", "enum", "x-enum-zh", "x-enum-en"}
TYPES = {"minimum": int, "maximum": int, "minLength": int, "maxLength": int, "minItems": int, "maxItems": int,
         "properties": dict, "items": dict, "required": list, "enum": list, "examples": list, "x-enum-zh": list,
         "x-enum-en": list, "x-post": list, "x-propose": list, "x-see": list, "additionalProperties": bool,
         "x-private": bool, "x-voucher": bool}  # every other keyword is a text
JSON_WORDS = {int: "whole number", str: "text", list: "list", dict: "JSON object", bool: "true or false"}
HINTS = {"x-private": "only a plain text or identity number at the top level of an entry can be private: the journal "
                      "holds a salted commitment, itself a text, in its place",
         "x-blind": "only a private text at the top level of an entry goes into the blind index",
         "x-voucher": "a voucher number is a plain text at the top level of an entry",
         "default": "an absent member stays absent; let the rule decide what that means",
         "x-post": "who may post is said once, at the top of an entry",
         "x-see": "who may see is said for a kind or for its top-level members",
         "description": "use title and x-help", "oneOf": "make two kinds of it", "anyOf": "make two kinds of it"}


class Bad(Exception):
    """One refusal: a JSON Pointer into the file at hand, and what to do about it."""


@dataclass
class Field:
    name: str
    type: str
    zh: str = ""
    en: str = ""
    required: bool = False
    private: bool = False
    voucher: bool = False
    blind: str = None
    form: str = "any"
    min: int = 0
    max: int = 0
    pattern: str = None
    codes: list = field(default_factory=list)
    items: list = None
    unit: str = None
    list: str = None
    see: list = None
    raw: dict = None
    example: object = None


@dataclass
class Shape:
    name: str  # "loan.disbursed", or "loan" for a view
    version: int
    subject: str
    fields: list
    raw: dict
    file: pathlib.Path

    @property
    def c(self):
        return self.name.replace(".", "_") + ("" if "." in self.name else "_view")


def load(path):
    """The file as dicts, lists, texts, ints and bools; duplicate keys and fractions are refused where they stand."""
    class Fraction(str):
        pass

    class Pairs(list):
        pass

    def plain(node, at):
        if isinstance(node, Fraction):
            raise Bad(at, f"{node} is a fraction; amounts are whole fen, rates whole parts per million")
        if isinstance(node, Pairs):
            out = {}
            for key, value in node:
                if key in out:
                    raise Bad(join(at, key), "this key is written twice; keep one")
                out[key] = plain(value, join(at, key))
            return out
        return [plain(v, join(at, i)) for i, v in enumerate(node)] if isinstance(node, list) else node

    try:
        tree = json.loads(path.read_text("utf-8"), object_pairs_hook=Pairs, parse_float=Fraction,
                          parse_constant=Fraction)
    except ValueError as e:
        raise Bad("", f"not JSON in UTF-8: {e}") from None
    if not isinstance(tree, Pairs):
        raise Bad("", "the file must hold one object")
    return plain(tree, "")


def join(at, token):
    return f"{at}/{str(token).replace('~', '~0').replace('/', '~1')}"


def check_keywords(node, at, needed, optional=frozenset()):
    """Nothing but these keywords, all that are needed, each of its JSON type."""
    allowed = needed | optional
    for key, value in node.items():
        if key not in allowed:
            near = difflib.get_close_matches(key, allowed, 1)
            known = f"did you mean {near[0]}?" if near else "allowed here: " + " ".join(sorted(allowed))
            hint = HINTS.get(key, known)
            raise Bad(join(at, key), f"the keyword {key} cannot stand here; {hint}")
        wanted = TYPES.get(key, str)
        if type(value) is not wanted:
            raise Bad(join(at, key), f"must be a {JSON_WORDS[wanted]}")
        if wanted is str and key not in ("pattern", "$schema") and (not value.strip() or not value.isprintable()):
            raise Bad(join(at, key), "must be one line of text, not empty")
    for key in sorted(needed - node.keys()):
        raise Bad(at, f"lacks {key}; add it" + (" (every label is given in both languages)" if key in TITLES else ""))


def check_bounds(node, at, low, high, floor, ceiling, why):
    """Two bounds in order and within floor and ceiling."""
    for key in (low, high):
        if key not in node:
            raise Bad(at, f"lacks {key}; every {why} has both {low} and {high}")
        if not floor <= node[key] <= ceiling:
            raise Bad(join(at, key), f"{node[key]} is outside {floor} to {ceiling}, the widest a {why} may be")
    if node[low] > node[high]:
        raise Bad(join(at, low), f"{low} {node[low]} is above {high} {node[high]}; no value would fit")
    return node[low], node[high]


def check_list(values, at, what, allowed=None):
    """A list of different texts, where `allowed` is given all from it."""
    for i, value in enumerate(values):
        if type(value) is not str or not value.strip() or not value.isprintable():
            raise Bad(join(at, i), f"every {what} is one line of text, not empty")
        if value in values[:i]:
            raise Bad(join(at, i), f"{what} {value} stands twice; keep one")
        if allowed is not None and value not in allowed:
            near = difflib.get_close_matches(value, allowed, 1)
            known = f"did you mean {near[0]}?" if near else "known: " + " ".join(allowed)
            raise Bad(join(at, i), f"unknown {what} {value}; {known}")
    return values


def check_name(name, at, what):
    if not SNAKE.fullmatch(name) or len(name) > 40:
        raise Bad(at, f"{what} {name!r} must be lower_snake, at most 40 signs, such as voucher_no")


def check_pattern(pattern, at):
    """Patterns mean the same in PCRE2, in a browser and in Python only where they keep to this much."""
    try:
        re.compile(pattern)
    except re.error as e:
        raise Bad(at, f"not a regular expression: {e}") from None
    if not (pattern.startswith("^") and re.search(r"(?<!\\)(\\\\)*\$$", pattern)):
        raise Bad(at, "must begin with ^ and end with $: a pattern describes the whole text")
    if re.search(r"\\[A-Za-z0-9]", pattern) or re.search(r"\(\?(?!:)", pattern):
        raise Bad(at, "write classes out ([0-9], not \\d) and use no (? but (?: so that every engine agrees")
    depth, flat = 0, re.sub(r"\[\^?\]?[^]]*\]", "x", re.sub(r"\\.", "x", pattern))
    for sign in flat:
        depth += (sign == "(") - (sign == ")")
        if sign == "|" and depth == 0:
            raise Bad(at, "put the alternatives in (?:...): ^a|b$ would match more than it seems to")


def read_object(node, at, reader):
    """The members of an object whose keywords were checked; `reader` reads one."""
    if node["type"] != "object":
        raise Bad(join(at, "type"), "must be object")
    if node["additionalProperties"]:
        raise Bad(join(at, "additionalProperties"), "must be false: an unknown member is a mistake of the sender's")
    fields, problems = [], []
    for name, value in node["properties"].items():
        here = join(join(at, "properties"), name)
        try:
            check_name(name, here, "the member name")
            if name in C_WORDS:
                raise Bad(here, f"{name} is a word of C; choose another name")
            if not isinstance(value, dict):
                raise Bad(here, "must be an object that describes the member")
            fields.append(reader(name, value, here))
        except Bad as bad:
            problems.append(bad)
    if problems:
        raise Bad(*(part for bad in problems for part in bad.args))
    check_list(node["required"], join(at, "required"), "required member", list(node["properties"]))
    for f in fields:
        f.required = f.name in node["required"]
    return fields


def read_integer(f, node, at, keywords):
    check_keywords(node, at, INTEGER | keywords[0], keywords[1] | {"x-unit"})
    why = "sum of money" if node.get("x-unit") == "fen" else "number"
    f.type, f.unit = "INT", node.get("x-unit")
    if f.unit not in [None, *UNITS]:
        raise Bad(join(at, "x-unit"), f"unknown unit {f.unit}; known: {' '.join(UNITS)} (src/ledger/shape.tbl)")
    f.min, f.max = check_bounds(node, at, "minimum", "maximum", -INT_MAX, INT_MAX, why)
    f.example = max(f.min, min(f.max, 100))


def read_enum(f, node, at, keywords):
    check_keywords(node, at, ENUM | keywords[0], keywords[1])
    f.type = "CODE"
    for i, code in enumerate(check_list(node["enum"], join(at, "enum"), "code")):
        if not re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*", code) or len(code) > 40:
            raise Bad(join(join(at, "enum"), i), f"the code {code} must be lower_snake; x-enum-zh and -en label it")
    for key in ("enum", "x-enum-zh", "x-enum-en"):
        if not node[key] or len(check_list(node[key], join(at, key), "label")) != len(node["enum"]):
            raise Bad(join(at, key), "needs at least one code, and one label in each language for every code, in order")
    f.codes = list(zip(node["enum"], node["x-enum-zh"], node["x-enum-en"]))
    f.example = node["enum"][0]


def read_text(f, node, at, keywords):
    private = node.get("x-private", False)
    f.type, f.private, f.voucher, f.list = "TEXT", private, node.get("x-voucher", False), node.get("x-list")
    f.blind = node.get("x-blind")
    if f.blind is not None and not private:
        raise Bad(join(at, "x-blind"), "only an x-private text needs the blind index; a text that shows finds itself")
    if f.blind is not None:
        check_name(f.blind, join(at, "x-blind"), "the scheme")
    if "format" in node:
        check_keywords(node, at, {"type", "format"} | keywords[0], keywords[1])
        if node["format"] not in FORMS:
            raise Bad(join(at, "format"), f"unknown format; known: {' '.join(FORMS)}")
        f.form, (f.min, f.max, f.example) = node["format"], FORMS[node["format"]]
        if f.form == "date":
            f.type, f.form, f.min, f.max = "DAY", "any", 0, 0
            if private:
                raise Bad(join(at, "x-private"), f"a date cannot be private: {HINTS['x-private']}")
        if f.form == "resident-id" and not private:
            raise Bad(at, "an identity number must be x-private: the journal names a person by a random id only")
        return
    check_keywords(node, at, {"type"} | keywords[0], keywords[1] | TEXT)
    if not private and "pattern" not in node:
        raise Bad(at, "is free text, which the journal may hold as a commitment only: say \"x-private\": true (top "
                      "level of an entry), or give a pattern, a format, an enum, or an x-list with its pattern")
    if f.list is not None:
        check_name(f.list, join(at, "x-list"), "the list")
    bounds = {"minLength": 1, "maxLength": 64, **node} if f.list else node
    f.min, f.max = check_bounds(bounds, at, "minLength", "maxLength", 0, 10_000, "text")
    f.pattern = node.get("pattern")
    if f.pattern is not None:
        check_pattern(f.pattern, join(at, "pattern"))
    fits = [s for s in check_list(node.get("examples", SAMPLES), join(at, "examples"), "example")
            if f.min <= len(s) <= f.max and (f.pattern is None or re.search(f.pattern, s))]
    if not fits or ("examples" in node and len(fits) < len(node["examples"])):
        raise Bad(join(at, "examples"), "give texts that fit pattern and lengths, as in \"examples\": [\"A-12\"]")
    f.example = fits[0]


def read_array(f, node, at, keywords):
    check_keywords(node, at, ARRAY | keywords[0], keywords[1])
    f.min, f.max = check_bounds(node, at, "minItems", "maxItems", 0, 1000, "list")
    items, here, bare = node["items"], join(at, "items"), (frozenset(), frozenset())
    kind = items.get("type")
    if kind == "object":
        check_keywords(items, here, OBJECT)
        f.type, f.items = "ITEMS", read_object(items, here, lambda n, v, a: read_field(n, v, a, "item"))
        f.example = [example(f.items)] * f.min
    elif kind == "string" and "enum" not in items and items.get("format") != "date":
        one = Field("", "TEXT", required=True, raw=items)
        read_text(one, items, here, bare)
        f.type, f.items, f.example = "TEXTS", [one], [one.example] * f.min
    else:
        raise Bad(here, "a list holds texts or flat objects; wrap numbers, days and codes in an object")


def read_field(name, node, at, place):
    """One member; `place` is entry, view or item: it decides which of our own keywords may stand there."""
    own = {"entry": {"x-see"}, "view": {"x-see"}, "item": set()}[place]
    f = Field(name, "", raw=node, see=node.get("x-see"))
    kind = node.get("type")
    if kind == "string" and "enum" not in node and place == "entry":
        own = own | {"x-private", "x-voucher", "x-blind"}
    keywords = (TITLES, HELPS | own)
    readers = {"integer": read_integer, "string": read_enum if "enum" in node else read_text}
    if place != "item":
        readers["array"] = read_array
    if kind not in readers:
        raise Bad(join(at, "type"), f"must be {' or '.join(readers)}; yes and no are codes of an enum")
    readers[kind](f, node, at, keywords)
    f.zh, f.en = node["title"], node["x-title-en"]
    return f


def read_see(raw, fields):
    """Who may see: the kind's set, and for each member one within it; a private member shows to none unless listed."""
    check_list(raw["x-see"], "/x-see", "role", ROLES)
    for f in fields:
        here = join(join("/properties", f.name), "x-see")
        if f.see is not None:
            check_list(f.see, here, "role", ROLES)
        wider = [r for r in f.see or [] if r not in raw["x-see"]]
        if wider:
            raise Bad(here, f"{wider[0]} does not see the whole; a member's x-see only narrows, so add the role to the "
                            "file's x-see too")
        f.see = f.see if f.see is not None else [] if f.private else raw["x-see"]


def read_entry(path, raw):
    match = re.fullmatch(r"([a-z0-9_]+)\.([a-z0-9_]+)\.([1-9][0-9]{0,3})\.json", path.name)
    if not match:
        raise Bad("", "the file must be named <subject>.<what happened>.<version>.json, such as loan.disbursed.1.json")
    for part in match.groups()[:2]:
        check_name(part, "", "the file name's part")
    check_keywords(raw, "", TITLES | OBJECT | {"$schema", "x-subject", "x-post", "x-see"}, HELPS | {"x-propose"})
    check_name(raw["x-subject"], "/x-subject", "the subject")
    if not check_list(raw["x-post"], "/x-post", "role", ROLES):
        raise Bad("/x-post", "nobody may post this; name at least one role")
    for i, role in enumerate(check_list(raw.get("x-propose", []), "/x-propose", "role", ROLES)):
        if role in raw["x-post"]:
            raise Bad(join("/x-propose", i), f"{role} may post this and has nobody to wait for; name it once")
        if role not in raw["x-see"]:
            raise Bad(join("/x-propose", i), f"{role} must see what it proposes; add it to x-see")
    fields = read_object(raw, "", lambda n, v, a: read_field(n, v, a, "entry"))
    for f in fields:
        if f.name in ENVELOPE:
            raise Bad(join("/properties", f.name), f"{f.name} is a word of the envelope; choose another name")
        if f.voucher and (f.private or not f.required or f.pattern is None):
            raise Bad(join("/properties", f.name), "a voucher number must be required, not private, and have a pattern")
    if sum(f.voucher for f in fields) > 1:
        raise Bad("/properties", "two members are x-voucher; a fact has one voucher")
    read_see(raw, fields)
    return Shape(f"{match[1]}.{match[2]}", int(match[3]), raw["x-subject"], fields, raw, path)


def read_view(path, raw):
    check_name(path.stem, "", "the file name")
    check_keywords(raw, "", TITLES | OBJECT | {"$schema", "x-plural", "x-see"}, HELPS)
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", raw["x-plural"]):
        raise Bad("/x-plural", "is part of an address: lower-case letters, digits and single hyphens, such as loans")
    fields = read_object(raw, "", lambda n, v, a: read_field(n, v, a, "view"))
    read_see(raw, fields)
    # Tables derived under another form must be rebuilt, so the number comes from the form and cannot be forgotten.
    number = int(hashlib.sha256(repr(frozen_form(fields)).encode()).hexdigest()[:7], 16)
    return Shape(path.stem, number, path.stem, fields, raw, path)


def read_folder(folder, reader, refusals):
    out = []
    for path in sorted(folder.glob("*.json")):
        try:
            raw = load(path)
            out.append(reader(path, raw))
            if raw["$schema"] != "https://json-schema.org/draft/2020-12/schema":
                raise Bad("/$schema", "must be https://json-schema.org/draft/2020-12/schema")
        except Bad as bad:
            refusals += [f"{path}#{at}: {what}" for at, what in zip(bad.args[::2], bad.args[1::2])]
    return out


def frozen_form(fields):
    """What a released version can never change: no title, help, label or visibility is in here."""
    return [[f.name, f.type, f.form, f.min, f.max, f.pattern, [c[0] for c in f.codes], f.required, f.private, f.voucher,
             f.blind, f.unit, f.list, frozen_form(f.items or [])] for f in fields]


def check_versions(entries, refusals):
    """Version n holds version n-1 unchanged and adds optional members behind it. Returns the newest of each kind."""
    kinds = {}
    for e in sorted(entries, key=lambda e: (e.name, e.version)):
        old = kinds.get(e.name)
        kinds[e.name] = e
        if e.version != (old.version if old else 0) + 1:
            refusals.append(f"{e.file}#: versions are numbered from 1 without gaps; add the one before it")
        if old is None:
            continue
        if e.subject != old.subject:
            refusals.append(f"{e.file}#/x-subject: differs from version {old.version}; make it a new kind")
        before, after = frozen_form(old.fields), frozen_form(e.fields)
        for i, f in enumerate(before):
            if i >= len(after) or after[i] != f:
                refusals.append(f"{e.file}#/properties/{f[0]}: differs from version {old.version} or left its place; a "
                                "version only adds optional members at the end, anything else is a new kind")
                break
        refusals += [f"{e.file}#/properties/{f.name}: is new in version {e.version} and must not be required"
                     for f in e.fields[len(before):] if f.required]
    return list(kinds.values())


def c_code(owner, name, code):
    return f"{owner}_{name}_{code}".upper()


def c_names(owner, fields):
    """Every struct, enum and code that C gets for these members."""
    names = [owner] + [f"{owner}_{f.name}" for f in fields if f.codes]
    names += [c_code(owner, f.name, code[0]) for f in fields for code in f.codes]
    return names + [n for f in fields if f.type == "ITEMS" for n in c_names(f"{owner}_{f.name}_item", f.items)]


def check_names(kinds, views, refusals):
    """Every subject has a view, no address is used twice, and no two things get one name in C."""
    seen = {}
    subjects = {v.subject for v in views}
    for k in kinds:
        if k.subject not in subjects:
            refusals.append(f"{k.file}#/x-subject: there is no view of {k.subject}; say what is true of one in "
                            f"{k.subject}.json among the views")
    for s in kinds + views:
        addresses = [f"/v1/{s.raw['x-plural']}"] if "x-plural" in s.raw else []
        for name in c_names(s.c, s.fields) + addresses:
            if name in seen:
                refusals.append(f"{s.file}#: {name} would also be made from {seen[name]}; rename one")
            seen[name] = s.file


def example(fields):
    return {f.name: f.example for f in fields if f.required}


def read_schemas(entries_folder, views_folder):
    """(every version, the newest of each kind, the views, refusals): the rest is right only without refusals."""
    refusals = []
    entries = read_folder(entries_folder, read_entry, refusals)
    views = read_folder(views_folder, read_view, refusals)
    kinds = check_versions(entries, refusals)
    if not refusals:
        check_names(kinds, views, refusals)
    return entries, kinds, views, refusals
