#!/usr/bin/env python3
"""Judges a calendar: its lines by RFC 5545 section 3.1, its events by its own reading and by python3-icalendar's.

    ical_judge.py FILE      prints a line an event: uid, first day, last day, stamp, summary, description, by tabs

Knows RFC 5545; must not know the program.
Invariant: exit 1 and a reason where a line or an event is not as the RFC says, or the two readings differ.
"""
import datetime
import pathlib
import re
import sys

NEEDED = ("UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "DESCRIPTION")


def refuse(why):
    sys.exit(f"ical_judge: {why}")


def lines(raw):
    """Unfolded lines of text."""
    if not raw.endswith(b"\r\n") or b"\n" in raw.replace(b"\r\n", b"") or b"\r" in raw.replace(b"\r\n", b""):
        refuse("a line does not end with CR LF")
    for one in raw[:-2].split(b"\r\n"):
        if len(one) > 75:
            refuse(f"{len(one)} octets: {one!r}")
        one.decode("utf-8")  # a cut character raises
    return re.sub(b"\r\n[ \t]", b"", raw[:-2]).decode("utf-8").split("\r\n")


def unescape(text):
    if re.search(r"(?<!\\)(?:\\\\)*[;,]", text):
        refuse(f"not escaped: {text}")
    return re.sub(r"\\(.)", lambda m: "\n" if m[1] in "nN" else m[1], text)


def events(unfolded):
    if unfolded[0] != "BEGIN:VCALENDAR" or unfolded[-1] != "END:VCALENDAR":
        refuse("no calendar")
    if unfolded.count("VERSION:2.0") != 1 or sum(l.startswith("PRODID:") for l in unfolded) != 1:
        refuse("VERSION and PRODID stand once each")
    found, event = [], None
    for line in unfolded[1:-1]:
        m = re.fullmatch(r"([A-Z-]+)((?:;[^:]*)?):(.*)", line)
        if not m:
            refuse(f"no content line: {line}")
        if line == "BEGIN:VEVENT":
            event = {}
        elif line == "END:VEVENT":
            found.append(event)
            event = None
        elif event is not None:
            if m[1] in event:
                refuse(f"{m[1]} twice")
            if m[1] in ("DTSTART", "DTEND") and m[2] != ";VALUE=DATE":
                refuse("no whole day")
            event[m[1]] = m[3]
    for e in found:
        if any(name not in e for name in NEEDED) or not re.fullmatch(r"\d{8}T\d{6}Z", e["DTSTAMP"]):
            refuse(f"lacks something: {e}")
    return [(e["UID"], day(e["DTSTART"]), day(e["DTEND"]) - datetime.timedelta(1), e["DTSTAMP"],
             unescape(e["SUMMARY"]), unescape(e["DESCRIPTION"])) for e in found]


def day(text):
    return datetime.datetime.strptime(text, "%Y%m%d").date()


def library_events(raw):
    try:
        import icalendar
    except ImportError:
        return None
    calendar = icalendar.Calendar.from_ical(raw)
    return [(str(e["UID"]), e["DTSTART"].dt, e["DTEND"].dt - datetime.timedelta(1),
             e["DTSTAMP"].dt.strftime("%Y%m%dT%H%M%SZ"), str(e["SUMMARY"]), str(e["DESCRIPTION"]))
            for e in calendar.walk("VEVENT")]


def main():
    raw = pathlib.Path(sys.argv[1]).read_bytes()
    ours, theirs = events(lines(raw)), library_events(raw)
    if theirs is not None and ours != theirs:
        refuse(f"{ours} {theirs}")
    if len({e[0] for e in ours}) != len(ours):
        refuse("a UID stands twice")
    for e in ours:
        print("\t".join(str(part) for part in e))


if __name__ == "__main__":
    main()
