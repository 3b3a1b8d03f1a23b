#!/usr/bin/env python3
"""Running loans and earlier years brought along: many loans, bad rows, once more, as a workbook, a callback.

Knows how an office writes such a file, and adds its figures up itself; must not read the program's sums as its judge.
Invariant: every person is one who cannot exist, and what was made is gone at the end. Prints TAP.

ROWS=10000 is the long form; the suites bring fewer.
"""
import csv
import io
import os
import pathlib
import random
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "bench"))
from registry import BUILD, Registry

ROWS = int(os.environ.get("ROWS", "600"))
SEED = int(os.environ.get("SEED", "20231124"))
DISTRICTS = ["330602", "330603", "330604", "330681", "330683", "330624"]
HEADINGS = ["证件号码", "姓名", "贷款类别", "借款人类型", "辖区代码", "重点人群（省）", "贷款用途", "担保方式", "经办银行", "合同编号",
            "合同金额（元）", "年利率（%）", "签订日期", "到期日", "累计放款（元）", "贷款余额（元）", "担保基金", "已享受贴息（元）",
            "已享受贴息次数", "逾期金额（元）", "逾期起始日"]


def identity(n):
    """GB 11643 for place 999999, where nobody lives."""
    body = f"999999{19800101 + n // 999:08d}"[:14] + f"{n % 999 + 1:03d}"
    weights = [(1 << (17 - i)) % 11 for i in range(17)]
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights)) % 11]


def yuan(fen):
    return f"{fen // 100}.{fen % 100:02d}" if fen % 100 else str(fen // 100)


def make_rows(numbers):
    """Rows as an office has them, and what they add up to."""
    rows, sums = [], {"balance": 0, "class1": 0, "subsidised": 0, "overdue": 0}
    for n in range(ROWS):
        class1 = numbers.random() < 0.5
        contracted = numbers.randrange(1, 11 if class1 else 51) * 1_000_000
        left = numbers.randrange(1, contracted)
        subsidised, late = numbers.randrange(0, 300_000), numbers.random() < 0.1
        rows.append([identity(n), f"合成{n}", "一类" if class1 else "二类", "个人", numbers.choice(DISTRICTS),
                     "student" if class1 else "", "working_capital", "创业担保基金" if class1 else "抵押",
                     f"bank-demo-{numbers.randrange(1, 5)}", f"旧〔2022〕{n}", yuan(contracted), "4.35", "2022-03-01",
                     "2025-03-01", yuan(contracted), yuan(left), "fund-demo" if class1 else "", yuan(subsidised), "1",
                     yuan(left) if late else "", "2022-12-01" if late else ""])
        sums["balance"] += left
        sums["class1"] += left if class1 else 0
        sums["subsidised"] += subsidised
        sums["overdue"] += left if late else 0
    return rows, sums


def encode(rows, charset="utf-8"):
    out = io.StringIO()
    csv.writer(out).writerows([HEADINGS, *rows])
    return out.getvalue().encode(charset)


def total(reg, indicator):
    """The sum of every cell of an indicator, read with the engine's own tool."""
    query = f"SELECT COALESCE(SUM(amount), 0) FROM total WHERE indicator = '{indicator}'"
    if reg.cluster:
        return int(reg.sql(reg.url, query))
    return int(subprocess.run(["sqlite3", reg.data / "registry.db", query], capture_output=True, text=True,
                              check=True).stdout)


def answers(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


class Trial:
    def __init__(self):
        self.failed, self.number = 0, 0

    def say(self, holds, what):
        self.number += 1
        self.failed += not holds
        print(f"{'ok' if holds else 'not ok'} {self.number} - {what}", flush=True)


def spoil(rows):
    """Five rows that cannot go in, each for a reason of its own."""
    bad = [list(row) for row in rows]
    bad[3][0] = bad[3][0][:-1] + ("0" if bad[3][0][-1] != "0" else "1")
    bad[5][10] = "12.345"
    bad[7][8] = "bank-nowhere"
    bad[11][15] = yuan(10 ** 12)
    bad[13][6] = "gold"
    return bad


def bring(reg, name, data, *words):
    path = reg.folder / name
    path.write_bytes(data)
    return reg.run("import", "--loans", str(path), "--on", "2022-12-31", "--answers", str(reg.folder / "answers.csv"),
                   *words)


def bad_rows(t, reg, rows):
    before = reg.head()
    code, _ = bring(reg, "bad.csv", encode(spoil(rows)))
    refused = [int(a["row"]) for a in answers(reg.folder / "answers.csv") if a["answer"] not in ("OK", "REPLAYED")]
    t.say(code == 1 and refused == [5, 7, 9, 13, 15], f"five bad rows are named, nobody else: {refused}")
    t.say(reg.head() == before, "nothing of the file is stored")


def whole(t, reg, rows, sums):
    before = reg.head()
    code, _ = bring(reg, "loans.csv", encode(rows, "gb18030"), "--dry-run")
    t.say(code == 0 and reg.head() == before, "a dry run stores nothing")
    code, out = bring(reg, "loans.csv", encode(rows, "gb18030"))
    t.say(code == 0 and f"stored {ROWS} " in out, f"{ROWS} loans in GB18030 go in: {out.strip()}")
    for indicator, wanted in (("loan_brought", sums["balance"]), ("bank_outstanding", sums["balance"]),
                              ("guarantee_outstanding", sums["class1"]), ("subsidy_brought", sums["subsidised"]),
                              ("bank_overdue", sums["overdue"])):
        got = total(reg, indicator)
        t.say(got == wanted, f"{indicator} is the file's own sum: {got} fen")
    head = reg.head()
    code, out = bring(reg, "loans.csv", encode(rows))
    t.say(code == 0 and f"present {ROWS} " in out and reg.head() == head, "the same file again stores nothing")


def heading(t, reg, rows):
    """A sheet that lacks a column is told which, by its heading."""
    code, _ = bring(reg, "short.csv", "\n".join(",".join(row[:-3]) for row in [HEADINGS, *rows[:3]]).encode())
    told = {a["column"] for a in answers(reg.folder / "answers.csv")}
    t.say(code == 1 and told == {"已享受贴息次数"}, f"a missing column is named: {told}")


def workbook(t, reg, rows):
    """The same loans as XLSX: written by a foreign program, found to be there already."""
    try:
        import openpyxl
    except ImportError:
        print(f"ok {t.number + 1} - # SKIP no openpyxl writes workbooks here")
        t.number += 1
        return
    book = openpyxl.Workbook()
    for row in [HEADINGS, *rows[:50]]:
        book.active.append(row)
    data = io.BytesIO()
    book.save(data)
    code, out = bring(reg, "loans.xlsx", data.getvalue())
    t.say(code == 0 and "present 50 " in out, f"a workbook says the same: {out.strip()}")


def earlier_years(t, reg):
    path = reg.folder / "totals.csv"
    path.write_text("年度,辖区代码,指标,数值（万元）,依据\n2021,330602,loan_amount,4321.5,绍人社〔2022〕1号\n"
                    "2021,330603,发放创业担保贷款金额,10.25,绍人社〔2022〕1号\n", "utf-8")
    code, out = reg.run("import", "--totals", str(path))
    cells = {row["district"]: row["cells"]["loan_amount"].get("actual") for row in reg.totals(2021)["rows"]
             if "loan_amount" in row["cells"]}
    t.say(code == 0 and cells["330602"] == 4_321_500_000 and cells["330600"] == 4_331_750_000,
          f"an earlier year has its figures: {out.strip()}")


def callback(t, reg, rows):
    """A bank goes on with a loan that was brought along."""
    bank = rows[0][8]
    loan = answers(reg.folder / "answers.csv")[0]["subject"]
    daemon = reg.serve()
    t.say(daemon.is_listening(), "the daemon serves what was brought")
    body = reg.folder / "repaid.json"
    body.write_text('{"subject": "%s", "on": "2023-02-01", "amount": 100, "voucher_no": "N1"}' % loan)
    done = subprocess.run([BUILD / "venture", "post", "loan.repaid", body, "--url", reg.origin, "--ca",
                           reg.data / "tls/ca.pem", "--key", reg.data / f"demo/key-{bank}.pem", "--key-id",
                           f"key-{bank}"], capture_output=True, text=True)
    t.say(done.returncode == 0, f"a callback on {loan} is accepted {done.stderr.strip()}")
    daemon.end()


def main():
    t, numbers = Trial(), random.Random(SEED)
    print(f"# SEED={SEED} ROWS={ROWS}")
    with Registry(os.environ.get("CLUSTER")) as reg:
        reg.found(0, 1)
        rows, sums = make_rows(numbers)
        heading(t, reg, rows)
        bad_rows(t, reg, rows)
        whole(t, reg, rows, sums)
        callback(t, reg, rows)
        workbook(t, reg, rows)
        earlier_years(t, reg)
        t.say(reg.verify()["damage"] == 0, "verify finds no damage")
    print(f"1..{t.number}")
    return t.failed > 0


if __name__ == "__main__":
    sys.exit(main())
