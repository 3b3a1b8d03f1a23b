#!/usr/bin/env python3
"""An independent judge of notes and receipts: Python's standard library and the openssl command, none of our code.

    judge.py note FILE VKEY        judge.py receipt FILE VKEY

Exits 0 where the document holds, 1 with a reason where it does not.
"""
import base64
import hashlib
import json
import subprocess
import sys
import tempfile


def need(condition, reason):
    if not condition:
        sys.exit(reason)


def verify(raw_key, text, signature):
    der = bytes.fromhex("302a300506032b6570032100") + raw_key
    with tempfile.TemporaryDirectory() as folder:
        for name, data in (("key", der), ("text", text), ("signature", signature)):
            with open(f"{folder}/{name}", "wb") as f:
                f.write(data)
        done = subprocess.run(
            ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", f"{folder}/key", "-rawin",
             "-in", f"{folder}/text", "-sigfile", f"{folder}/signature"], capture_output=True, check=False)
    return done.returncode == 0


def open_note(note, vkey):
    name, key_id, key = vkey.split("+", 2)
    typed = base64.b64decode(key, validate=True)
    need(typed[:1] == b"\x01" and len(typed) == 33, "the vkey is not Ed25519")
    need(hashlib.sha256(name.encode() + b"\n" + typed).hexdigest()[:8] == key_id, "the key id is wrong")
    text, lines = note.rsplit(b"\n\n", 1)
    text += b"\n"
    for line in lines.decode().splitlines():
        dash, signer, encoded = line.split(" ")
        signature = base64.b64decode(encoded, validate=True)
        if dash == "\u2014" and signer == name and signature[:4].hex() == key_id:
            need(verify(typed[1:], text, signature[4:]), "the signature is wrong")
            return text.decode().split("\n")
    return sys.exit("no signature by that key")


def node(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_from(leaf, index, size, proof):
    """The root of a tree of `size` in which `leaf` stands at `index`: by recursion on the tree's halves."""
    if size == 1:
        need(not proof, "the proof is too long")
        return leaf
    half = 1 << (size - 1).bit_length() - 1
    need(proof, "the proof is too short")
    if index < half:
        return node(root_from(leaf, index, half, proof[:-1]), proof[-1])
    return node(proof[-1], root_from(leaf, index - half, size - half, proof[:-1]))


def judge_receipt(data, vkey):
    receipt = json.loads(data)
    need(list(receipt) == ["seq", "id", "kind", "subject", "state", "at", "leaf", "proof", "checkpoint"], "the members")
    line = receipt["leaf"].encode()
    leaf = json.loads(line)
    for name in ("seq", "id", "kind", "subject", "at"):
        need(leaf[name] == receipt[name], f"{name} differs")
    origin, size, root, end = open_note(receipt["checkpoint"].encode(), vkey)
    need(origin == vkey.split("+")[0] and end == "", "the checkpoint's lines")
    proof = [base64.b64decode(p, validate=True) for p in receipt["proof"]]
    made = root_from(hashlib.sha256(b"\x00" + line).digest(), leaf["seq"] - 1, int(size), proof)
    need(made == base64.b64decode(root, validate=True), "the root differs")


def main():
    with open(sys.argv[2], "rb") as f:
        data = f.read()
    if sys.argv[1] == "note":
        open_note(data, sys.argv[3])
    else:
        judge_receipt(data, sys.argv[3])


main()
