#!/usr/bin/env python3
"""The API document: whole, every reference resolves, every kind and state has its paths, every example is accepted.

Knows OpenAPI 3.1 and the toy schema files; must not import the generator.
Invariant: examples are judged by the decoder itself, through tests/ledger/probe_shape. Prints TAP.
"""
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
GEN = ROOT / "build/gen"
PROBE = ROOT / "build" / os.environ.get("VARIANT", "plain") / "tests/ledger/probe_shape"
TOY = ROOT / "tests/ledger/schemas"


def references(node):
    if isinstance(node, dict):
        yield from ([node["$ref"]] if "$ref" in node else [])
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def resolves(api, reference):
    node = api
    for token in reference.removeprefix("#/").split("/"):
        if not isinstance(node, dict) or token not in node:
            return False
        node = node[token]
    return reference.startswith("#/")


def kinds(folder):
    return sorted({p.name.rsplit(".", 2)[0] for p in folder.glob("*.json")})


def check(what, file, entries, views):
    api = json.loads(file.read_text("utf-8"))
    yield f"{what}_is_openapi_3_1", api["openapi"] == "3.1.0" and {"info", "paths", "components"} <= api.keys(), ""
    lost = [r for r in references(api) if not resolves(api, r)]
    yield f"{what}_resolves_every_reference", not lost, str(lost)
    yield f"{what}_has_no_template_left", "{{" not in json.dumps(api), ""
    lacking = [k for k in kinds(entries) if "post" not in api["paths"].get(f"/v1/entries/{k}", {})]
    yield f"{what}_has_a_path_for_every_kind", not lacking, str(lacking)
    plurals = [json.loads(p.read_text("utf-8"))["x-plural"] for p in views.glob("*.json")]
    lacking = [p for p in plurals for s in ("", "/{id}", "/{id}/entries") if f"/v1/{p}{s}" not in api["paths"]]
    yield f"{what}_has_three_paths_for_every_state", not lacking, str(lacking)
    ids = [op["operationId"] for path in api["paths"].values() for op in path.values()
           if isinstance(op, dict) and "operationId" in op]
    yield f"{what}_names_every_operation_once", len(ids) == len(set(ids)), str(ids)
    open_bodies = [k for k in kinds(entries) if api["components"]["schemas"][k]["additionalProperties"] is not False
                   or not {"subject", "on"} <= set(api["components"]["schemas"][k]["required"])]
    yield f"{what}_closes_every_body_and_asks_for_subject_and_day", not open_bodies, str(open_bodies)


def check_examples():
    api = json.loads((GEN / "toy_openapi.json").read_text("utf-8"))
    lines, names = "", kinds(TOY / "entries")
    for kind in names:
        content = api["paths"][f"/v1/entries/{kind}"]["post"]["requestBody"]["content"]
        body = dict(content["application/json"]["example"])
        del body["subject"], body["on"]
        lines += f"{kind}\t{json.dumps(body)}\n"
    out = subprocess.run([PROBE], input=lines, capture_output=True, text=True, check=True).stdout.splitlines()
    refused = [f"{k}: {o}" for k, o in zip(names, out) if not o.startswith("ok\t")]
    yield "every_example_of_the_toy_kinds_is_accepted", len(out) == len(names) and not refused, str(refused)


def main():
    if not PROBE.exists() or not (GEN / "openapi.json").exists():
        print("1..0 # SKIP not built: make tests")
        return 0
    checks = [*check("toy_document", GEN / "toy_openapi.json", TOY / "entries", TOY / "views"),
              *check("document", GEN / "openapi.json", ROOT / "schemas/entries", ROOT / "schemas/views"),
              *check_examples()]
    for number, (name, ok, why) in enumerate(checks, 1):
        print(f"{'ok' if ok else 'not ok'} {number} - ledger/openapi: {name}" + ("" if ok else f"\n# {why}"))
    print(f"1..{len(checks)}")
    return 0 if all(ok for _, ok, _ in checks) else 1


if __name__ == "__main__":
    sys.exit(main())
