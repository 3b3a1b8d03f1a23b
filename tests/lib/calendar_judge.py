#!/usr/bin/env python3
"""Judges the working calendar: answers questions by walking from day to day through the announced days of a pack.

Knows the form of the policy pack and of the questions; must not know the program, nor any way to count but one by one.
Invariant: a day is worked where its year's row says so, else off where the row says that, else by the plain week.

    calendar_judge.py PACK QUESTIONS    an answer a line, for a question a line:

    workday DAY, provisional DAY, alarm DAY             yes or no
    after DAY N, next DAY, due YEAR MONTH DAY_OF_MONTH  a day
    between DAY DAY                                     a number
"""
import calendar
import datetime
import json
import sys

ONE = datetime.timedelta(1)
day_of = datetime.date.fromisoformat


class Judge:
    def __init__(self, pack):
        rows = json.load(open(pack, encoding="utf-8"))["rows"]
        self.off, self.on = ({r["from"][:4]: set(r["items"]) for r in rows if r["name"] == f"calendar.{name}"}
                             for name in ("holidays", "workdays"))

    def workday(self, day):
        year = str(day.year)
        if str(day) in self.on.get(year, ()):
            return True
        return day.weekday() < 5 and str(day) not in self.off.get(year, ())

    def provisional(self, day):
        return not (str(day.year) in self.off and str(day.year) in self.on)

    def alarm(self, day):
        return self.provisional(day) or (day.month == 12 and self.provisional(day.replace(year=day.year + 1, day=1)))

    def next(self, day):
        while not self.workday(day):
            day += ONE
        return day

    def after(self, day, count):
        if count <= 0:
            return self.next(day)
        while count > 0:
            day += ONE
            count -= self.workday(day)
        return day

    def between(self, first, last):
        if last < first:
            return -self.between(last, first)
        days = [first + ONE * i for i in range(1, (last - first).days + 1)]
        return sum(map(self.workday, days))

    def due(self, year, month, due_day):
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
        length = calendar.monthrange(year, month)[1]
        return self.next(datetime.date(year, month, min(max(due_day, 1), length)))

    def answer(self, verb, *words):
        given = getattr(self, verb)(*(day_of(w) if len(w) == 10 and w[4] == "-" else int(w) for w in words))
        return {True: "yes", False: "no"}[given] if isinstance(given, bool) else str(given)


def main():
    judge = Judge(sys.argv[1])
    for line in open(sys.argv[2], encoding="utf-8"):
        print(judge.answer(*line.split()))


main()
