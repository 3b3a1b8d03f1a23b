#!/usr/bin/env python3
"""Workbooks by hand, and by openpyxl where it is there: good ones with what is in them, bad ones with why.

    workbooks.py FOLDER

Writes FOLDER/<n>.xlsx and FOLDER/cases.json: a list of {"file", "name", "worksheet"?} with either {"rows", "numbers"}
or {"row", "place", "says"}, the fault's row, its place, and words of its English sentence.

Knows ECMA-376 as Python's zipfile and text can write it; must not know how the registry reads.
Invariant: two runs write the same cases.
"""
import datetime
import io
import json
import pathlib
import random
import sys
import zipfile

try:
    import openpyxl
except ImportError:
    openpyxl = None

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MIB = 1 << 20

folder = pathlib.Path(sys.argv[1])
cases = []


# ---- parts ----------------------------------------------------------------------------------------------------------

def relations(*rows):
    """Rows of (id, type, target, more)."""
    lines = "".join(f'<Relationship Id="{i}" Type="{OFFICE}/{t}" Target="{target}"{"".join(more)}/>'
                    for i, t, target, *more in rows)
    return f'{HEAD}<Relationships xmlns="{PACKAGE}">{lines}</Relationships>'


def worksheet(inside):
    return f'{HEAD}<worksheet xmlns="{MAIN}"><sheetData>{inside}</sheetData></worksheet>'


def strings(*inside):
    return f'{HEAD}<sst xmlns="{MAIN}">{"".join(f"<si>{text}</si>" for text in inside)}</sst>'


def styles(formats, *ids):
    """`formats`: (id, code); `ids`: one a cell format."""
    codes = "".join(f'<numFmt numFmtId="{i}" formatCode="{code}"/>' for i, code in formats)
    rows = "".join(f'<xf numFmtId="{i}"/>' for i in ids)
    return (f'{HEAD}<styleSheet xmlns="{MAIN}"><numFmts>{codes}</numFmts><cellStyleXfs><xf numFmtId="14"/>'
            f'<xf numFmtId="14"/></cellStyleXfs><cellXfs>{rows}</cellXfs></styleSheet>')


def workbook(sheets='<sheet name="One" sheetId="1" r:id="rId1"/>', properties=""):
    return f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{properties}<sheets>{sheets}</sheets></workbook>'


def parts(inside, **others):
    """A workbook of one worksheet; `others` replace or add parts: rels, book, book_rels, sst, styles, sheet."""
    made = {
        "_rels/.rels": others.get("rels", relations(("rId1", "officeDocument", "xl/workbook.xml"))),
        "xl/workbook.xml": others.get("book", workbook()),
        "xl/_rels/workbook.xml.rels": others.get("book_rels", relations(
            ("rId1", "worksheet", "worksheets/sheet1.xml"), ("rId2", "sharedStrings", "sharedStrings.xml"),
            ("rId3", "styles", "styles.xml"))),
        "xl/worksheets/sheet1.xml": others.get("sheet", worksheet(inside)),
        "xl/sharedStrings.xml": others.get("sst", strings("<t>kind</t>", "<t>n</t>")),
        "xl/styles.xml": others.get("styles", styles([], 0)),
    }
    return {name: data for name, data in made.items() if data is not None}


def packed(members, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as z:
        for name, data in members.items():
            z.writestr(name, data)
    return out.getvalue()


def row(number, *cells):
    return f'<row r="{number}">{"".join(cells)}</row>'


def text(at, value):
    return f'<c r="{at}" t="inlineStr"><is><t>{value}</t></is></c>'


def number(at, value, style=0):
    return f'<c r="{at}" s="{style}"><v>{value}</v></c>'


HEADING = row(1, text("A1", "a"), text("B1", "b"))


# ---- cases ----------------------------------------------------------------------------------------------------------

def put(name, data, **told):
    file = f"{len(cases)}.xlsx"
    (folder / file).write_bytes(data)
    cases.append(json.loads(json.dumps({"file": file, "name": name, **told})))  # as it is now


def good(name, data, rows, numbers=None, **more):
    data = data if isinstance(data, bytes) else packed(data)
    put(name, data, rows=rows, numbers=numbers or list(range(1, len(rows) + 1)), **more)


def bad(name, data, row, place, says, **more):
    data = data if isinstance(data, bytes) else packed(data)
    put(name, data, row=row, place=place, says=says, **more)


def bad_cell(name, cell, says, place="B2", **others):
    bad(name, parts(HEADING + row(2, text("A2", "x"), cell), **others), 2, place, says)


def where_cells_stand():
    good("sparse", parts(row(3, text("B3", "b"), text("D3", "d")) + row(7, text("A7", "1"), text("D7", "4"))
                         + row(9) + row(12, text("C12", "3"), '<c r="E12" s="0"/>') + '<row r="20" spans="1:4"/>'),
         [["", "b", "", "d"], ["1", "", "", "4"], ["", "", "3", ""]], [3, 7, 12])
    good("without references", parts(
        "<row><c t='inlineStr'><is><t>a</t></is></c><c t='str'><v>b</v></c></row><row/><row><c/><c><v>2</v></c></row>"),
        [["a", "b"], ["", "2"]], [1, 3])
    good("wide", parts(row(1, text("A1", "a"), text("GR1", "z")) + row(2, text("GR2", "x"))),
         [["a"] + [""] * 198 + ["z"], [""] * 199 + ["x"]])
    good("blank rows and blanks", parts(row(1, text("A1", " \t ")) + row(2, text("A2", "  a b "), text("B2", "b"))
                                        + row(3, text("A3", " ")) + row(1048576, text("B1048576", "\tx"))),
         [["a b", "b"], ["", "x"]], [2, 1048576])
    good("styled beyond the heading", parts(HEADING + row(2, text("A2", "x"), '<c r="C2" s="0"/>', text("XFD2", " "))),
         [["a", "b"], ["x", ""]])
    bad("beyond the heading", parts(HEADING + row(2, text("A2", "x"), text("D2", "y"))), 2, "D2", "no heading above")
    bad("beyond the columns", parts(row(1, text("A1", "a"), text("GS1", "z"))), 1, "GS1", "200 columns")
    bad("rows fall", parts(HEADING + row(3, text("A3", "x")) + row(2, text("A2", "x"))), 3, "", "damaged")
    bad("a row twice", parts(HEADING + row(2, text("A2", "x")) + row(2, text("A2", "x"))), 2, "", "damaged")
    bad("row 0", parts(row(0, text("A1", "x"))), 0, "", "damaged")
    bad("row -1", parts(row(-1, text("A1", "x"))), 0, "", "damaged")
    bad("a row too far", parts(HEADING + row(1048577, text("A1048577", "x"))), 1, "", "damaged")
    for cells in ("B2 A2", "A2 A2", "A3", "A", "2", "a2", "$A$2", "A02x", "XFE2", "ZZZZZZZZZZZZZZZZZZZZZZZZZ2", ""):
        made = "".join(text(at, "x") for at in (cells.split() or [""]))
        bad(f"cells {cells}", parts(HEADING + row(2, made)), 2, "A2", "damaged")
    bad("a cell behind a wrong one", parts(HEADING + row(2, text("A2", "x"), text("B3", "x"))), 2, "B2", "damaged")
    bad("16385 cells", parts(HEADING + row(2, text("A2", "x") + "<c/>" * 16384)), 2, "XFD2", "damaged")
    bad("a cell beyond all letters", packed(parts(HEADING + row(2, "<c/>" * 500000 + "<c><v>1</v></c>")),
                                            zipfile.ZIP_STORED), 2, "XFD2", "damaged")
    bad("no rows", parts(""), 0, "", "no row below")
    bad("a heading alone", parts(HEADING), 0, "", "no row below")
    bad("no sheetData", parts("", sheet=f'<worksheet xmlns="{MAIN}"/>'), 0, "", "no row below")


NUMBERS = {
    "0": "0", "-0": "0", "0.0": "0", "1": "1", "-1": "-1", "+5": "5", "1.0E5": "100000", "100000.0": "100000",
    "1E+2": "100", "1e0": "1", "12.50": "12.5", "0012": "12", ".5": "0.5", "5.": "5", "-0.05": "-0.05",
    "1.1000000000000001": "1.1", "0.28999999999999998": "0.29", "12345.670000000001": "12345.67",
    "99999999999999.995": "100000000000000", "999999999999999": "999999999999999", "2.5E-3": "0.0025",
    "1.0000000000000001E-31": "0.0000000000000000000000000000001", "123456789.12345678": "123456789.123457",
    "45107.000000000001": "45107", "1e000000002": "100", "0E400": "0", "0.000": "0",
}
NO_NUMBERS = ["-", ".", "1.2.3", "1e", "1e+", "1e+-5", "1e--5", "0x10", "1,000", "1 ", "NaN", "INF", "--1", "1E401",
              "１", "1e99999999999999999999"]
LONG_NUMBERS = ["1234567890123456", "330602199001011234", "1E15", "999999999999999.9", "1E400", "1E-32", "-1E20"]


def numbers():
    lines = "".join(row(i, number(f"B{i}", written), text(f"C{i}", "x")) for i, written in enumerate(NUMBERS, 2))
    good("numbers", parts(row(1, text("B1", "n"), text("C1", "x")) + lines),
         [["", "n", "x"]] + [["", wanted, "x"] for wanted in NUMBERS.values()])
    for written in NO_NUMBERS:
        bad_cell(f"no number {written}", number("B2", written), "damaged")
    for written in LONG_NUMBERS:
        bad_cell(f"long number {written}", number("B2", written), "more digits")


def texts():
    sst = strings(
        "<t>plain</t>", '<r><rPr><b/></rPr><t>rich </t></r><r><t xml:space="preserve"> text</t></r>',
        '<t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh><phoneticPr fontId="1"/>',
        "<t/>", "<t> \t blanks \t </t>", "<t>&lt;&amp;&#x7ECD;&#20852;<![CDATA[<v>]]></t>", "<t>one\r\ntwo</t>",
        "<t>a_x000D_b_x005F_x0041_c_x0041_</t>", "<t>_x0000__xD800__x12_ _x</t>", "<t>_x7ECD_𠂇😀</t>", "")
    wanted = ["plain", "rich  text", "東京", "", "blanks", "<&绍兴<v>", "one\ntwo", "a\rb_x0041_cA",
              "_x0000__xD800__x12_ _x", "绍𠂇😀", ""]
    lines = "".join(row(i + 2, text(f"A{i + 2}", "x"), f'<c r="B{i + 2}" t="s"><v>{i}</v></c>')
                    for i in range(len(wanted)))
    good("shared strings", parts(HEADING + lines, sst=sst), [["a", "b"]] + [["x", w] for w in wanted])
    good("other texts", parts(HEADING + row(
        2, '<c r="A2" t="inlineStr"><is><r><t>in</t></r><r><t>line</t></r><rPh sb="0" eb="1"><t>no</t></rPh></is></c>',
        '<c r="B2" t="str"><f>A1&amp;"x"</f><v> made _x0041_ </v></c>')
        + row(3, '<c r="A3" t="b"><v>1</v></c>', '<c r="B3" t="b"><v>false</v></c>')
        + row(4, '<c r="A4" t="str"><f>""</f><v></v></c>', '<c r="B4" t="n"><f>1+1</f><v>2</v></c>')
        + row(5, '<c r="A5" t="s"/>', '<c r="B5" t="b"><f>1=1</f><v>1</v></c>')),
         [["a", "b"], ["inline", "made A"], ["TRUE", "FALSE"], ["", "2"], ["", "TRUE"]])
    for value, says in (("2", "damaged"), ("-1", "damaged"), ("x", "damaged"), ("99999999999999999999", "damaged")):
        bad_cell(f"string {value}", f'<c r="B2" t="s"><v>{value}</v></c>', says)
    bad_cell("a yes that is none", '<c r="B2" t="b"><v>2</v></c>', "damaged")
    bad_cell("an unknown type", '<c r="B2" t="z"><v>2</v></c>', "damaged")
    bad_cell("an error", '<c r="B2" t="e"><v>#N/A</v></c>', "#N/A")
    bad_cell("an error of a formula", '<c r="B2" t="e"><f>1/0</f><v>#DIV/0!</v></c>', "error")
    bad_cell("a formula without value", '<c r="B2"><f>1+1</f></c>', "formula without its value")
    bad_cell("a formula with an empty value", '<c r="B2"><f>1+1</f><v></v></c>', "formula without its value")
    bad_cell("a text beyond a cell", text("B2", "绍" * 43690), "longer than a cell")
    bad("a string beyond a cell", parts("", sst=strings(f"<t>{'x' * 131069}</t>")), 0, '"xl/sharedStrings.xml"',
        "longer than a cell")
    good("the longest text", parts(HEADING + row(2, text("A2", "𠂇" * 32767))), [["a", "b"], ["𠂇" * 32767, ""]])


CODES = {
    "yyyy-mm-dd": "d", "yyyy/m/d;@": "d", "yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;": "d", "m/d": "d", "mmm": "d",
    "[$-804]yyyy&quot;年&quot;m&quot;月&quot;;@": "d", "e.m.d": "d", "[Red]dd\\-mm": "d", "yyyy-mm-dd hh:mm:ss": "d",
    "YYYY-MM-DD": "d", "h:mm": "t", "[h]:mm": "t", "mm:ss.0": "t", "[mm]:ss": "t", "上午/下午h:mm": "t",
    "General": "n", "GENERAL": "n", "0.00E+00": "n", "##0.0e-0": "n", "#,##0.00_d": "n", "0&quot;day&quot;": "n",
    "[Magenta]0": "n", "[Yellow][&gt;=100]0;0": "n", "\\d0": "n", "*d0": "n", "G/通用格式": "n", "@": "n", "0%": "n",
    "#,##0&quot;元&quot;;[Red]-#,##0": "n", "": "n", "[$USD-409] 0": "n", "0&quot;": "n", "[h": "n",
}
KNOWN = {0: "n", 1: "n", 11: "n", 13: "n", 14: "d", 17: "d", 18: "t", 21: "t", 22: "d", 23: "n", 26: "n", 27: "d",
         31: "d", 32: "t", 35: "t", 36: "d", 37: "n", 44: "n", 45: "t", 47: "t", 48: "n", 49: "n", 50: "d", 54: "d",
         55: "t", 56: "t", 57: "d", 58: "d", 59: "n", 163: "n"}


def days():
    for name, table in (("codes", {(164 + i, code): kind for i, (code, kind) in enumerate(CODES.items())}),
                        ("known formats", {(i, None): kind for i, kind in KNOWN.items()})):
        sheet_styles = styles([(i, code) for i, code in table if code is not None], *[i for i, _ in table])
        lines, wanted = "", [["a", "b"]]
        for style, ((_, code), kind) in enumerate(table.items()):
            if kind != "t":
                at = len(wanted) + 1
                lines += row(at, text(f"A{at}", str(code)), number(f"B{at}", 45107, style))
                wanted.append([str(code).replace("&quot;", '"').replace("&gt;", ">"),
                               "2023-06-30" if kind == "d" else "45107"])
            else:
                bad_cell(f"a time by {name} {code}", number("B2", 45107, style), "time of day", styles=sheet_styles)
        good(name, parts(HEADING + lines, styles=sheet_styles), wanted)
    day = styles([], 0, 14)
    serials = {1: "1900-01-01", 59: "1900-02-28", 61: "1900-03-01", 366: "1900-12-31", 367: "1901-01-01",
               36526: "2000-01-01", "4.5107E4": "2023-06-30", "45107.000000000004": "2023-06-30", 2958465: "9999-12-31"}
    good("days from 1900", parts(HEADING + "".join(row(i, number(f"B{i}", s, 1)) for i, s in enumerate(serials, 2)),
                                 styles=day), [["a", "b"]] + [["", d] for d in serials.values()])
    for serial in (0, 60, -1, 2958466, "45107.5", "0.25", "60.5", "45107.00001", "1E14"):
        bad_cell(f"no day {serial}", number("B2", serial, 1), "shows a day", styles=day)
    epoch = workbook(properties='<workbookPr date1904="true"/>')
    serials = {0: "1904-01-01", 59: "1904-02-29", 60: "1904-03-01", 43645: "2023-06-30", 2957003: "9999-12-31"}
    good("days from 1904", parts(HEADING + "".join(row(i, number(f"B{i}", s, 1)) for i, s in enumerate(serials, 2)),
                                 styles=day, book=epoch), [["a", "b"]] + [["", d] for d in serials.values()])
    for serial in (-1, 2957004, "0.5"):
        bad_cell(f"no day from 1904 {serial}", number("B2", serial, 1), "shows a day", styles=day, book=epoch)
    iso = {"2023-06-30": 1, "2023-06-30T00:00:00": 1, "2023-06-30T00:00:00.000Z": 1, "2023-06-30T08:00:00": 0,
           "2023-02-30": 0, "2023": 0, "T00": 0}
    for written, whole in iso.items():
        cell = f'<c r="B2" t="d"><v>{written}</v></c>'
        if whole:
            good(f"iso {written}", parts(HEADING + row(2, cell)), [["a", "b"], ["", "2023-06-30"]])
        else:
            bad_cell(f"iso {written}", cell, "shows a day")
    bad_cell("a style that is not there", number("B2", 1, 1), "damaged")
    bad_cell("a style that is no number", number("B2", 1, "x"), "damaged")
    bad_cell("a style without styles", number("B2", 1, 1), "damaged", styles=None,
             book_rels=relations(("rId1", "worksheet", "worksheets/sheet1.xml")))
    bad("a format too far", parts(HEADING, styles=styles([(65536, "d")], 0)), 0, '"xl/styles.xml"', "damaged")
    bad("a cell format too far", parts(HEADING, styles=styles([], 65536)), 0, '"xl/styles.xml"', "damaged")


TWO = HEADING + row(2, text("A2", "x"), number("B2", 5))
READ = [["a", "b"], ["x", "5"]]


def which_part_is_what():
    names = [("Chart", ""), ("Lists", 'state="hidden"'), ("Secret", 'state="veryHidden"'), ("贷款", ""), ("Last", "")]
    five = workbook("".join(f'<sheet name="{name}" sheetId="{i}" {state} r:id="rId{i}"/>'
                            for i, (name, state) in enumerate(names, 1)))
    rels = relations(("rId1", "chartsheet", "chartsheets/sheet1.xml"), ("rId2", "worksheet", "worksheets/lists.xml"),
                     ("rId3", "worksheet", "worksheets/secret.xml"), ("rId4", "worksheet", "/xl/worksheets/sheet1.xml"),
                     ("rId5", "worksheet", "worksheets/last.xml"))
    made = parts(TWO, book=five, book_rels=rels, sst=None, styles=styles([], 0))
    made["xl/worksheets/lists.xml"] = worksheet(row(1, text("A1", "hidden")) + row(2, text("A2", "list")))
    made["xl/worksheets/secret.xml"] = made["xl/worksheets/lists.xml"]
    made["xl/worksheets/last.xml"] = worksheet(row(1, text("A1", "last")) + row(2, text("A2", "sheet")))
    made["xl/_rels/workbook.xml.rels"] = made["xl/_rels/workbook.xml.rels"].replace(
        "</Relationships>", f'<Relationship Id="rId9" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>')
    good("the first that can be seen", made, READ)
    good("by name", made, [["last"], ["sheet"]], worksheet="Last")
    good("by a Chinese name", made, READ, worksheet="贷款")
    good("a hidden one by name", made, [["hidden"], ["list"]], worksheet="Lists")
    bad("no such name", made, 0, "last", "no such worksheet", worksheet="last")
    bad("a chart by name", made, 0, "Chart", "no such worksheet", worksheet="Chart")
    only_hidden = workbook('<sheet name="One" sheetId="1" state="hidden" r:id="rId1"/>')
    bad("none that can be seen", parts(TWO, book=only_hidden), 0, "", "no such worksheet")
    bad("none at all", parts(TWO, book=workbook("")), 0, "", "no such worksheet")
    good("capital letters", {k.upper(): v for k, v in parts(TWO).items()}, READ)
    good("another folder", {
        "_rels/.rels": relations(("x", "officeDocument", "/deep/er/book.xml")),
        "deep/er/_rels/book.xml.rels": relations(("rId1", "worksheet", "s.xml"), ("rId2", "styles", "/t.xml")),
        "deep/er/book.xml": workbook(), "deep/er/s.xml": worksheet(TWO), "t.xml": styles([], 0)}, READ)
    good("by itself at the top", {
        "_rels/.rels": relations(("x", "officeDocument", "book.xml")),
        "_rels/book.xml.rels": relations(("rId1", "worksheet", "s.xml"), ("rId2", "styles", "t.xml")),
        "book.xml": workbook(), "s.xml": worksheet(TWO), "t.xml": styles([], 0)}, READ)
    bad("outside of the file", parts(TWO, book_rels=relations(
        ("rId1", "worksheet", "file:///etc/passwd", ' TargetMode="External"'))), 0, "", "no such worksheet")
    bad("a text document", parts("", rels=relations(("rId1", "officeDocument", "word/document.xml"))) | {
        "word/document.xml": '<document xmlns="http://schemas.openxmlformats.org/wordprocessingml/2006/main"/>',
        "word/_rels/document.xml.rels": relations()}, 0, '"word/document.xml"', "is the file an Excel workbook")
    bad("any ZIP", {"loans.csv": "a,b\n1,2\n"}, 0, '"_rels/.rels"', "missing")
    bad("no workbook", parts(TWO, rels=relations()), 0, '"_rels/.rels"', "no Excel workbook")
    for name in list(parts("")):
        made = parts(TWO)
        del made[name]
        bad(f"without {name}", made, 0, f'"{name}"', "missing")
        if name.endswith(".rels"):
            continue
        bad(f"another in place of {name}", parts(TWO) | {name: relations()}, 0, f'"{name}"', "not what a workbook has")
    bad("a relation without target", parts(TWO, rels=relations().replace("</", '<Relationship Id="a"/></')), 0,
        '"_rels/.rels"', "damaged")
    bad("a name to frighten a terminal", parts(TWO, book_rels=relations(("rId1", "worksheet", "\x9b2J\n"))), 0,
        '"xl/\\xc2\\x9b2J "', "missing")
    bad("too many relations", parts(TWO, rels=relations(*[("r", "x", "y")] * 4097)), 0, '"_rels/.rels"', "damaged")


def ways_to_write_xml():
    prefixed = {n: d.replace("<", "<x:").replace("<x:/", "</x:").replace("<x:?", "<?").replace("xmlns=", "xmlns:x=")
                for n, d in parts(TWO).items()}
    good("prefixes", prefixed, READ)
    good("the strict form", {n: d.replace(MAIN, "http://purl.oclc.org/ooxml/spreadsheetml/main").replace(
        OFFICE, "http://purl.oclc.org/ooxml/officeDocument/relationships") for n, d in parts(TWO).items()}, READ)
    good("UTF-16", {n: d.replace("UTF-8", "UTF-16").encode("utf-16") for n, d in parts(
        HEADING + row(2, text("A2", "绍兴"))).items()}, [["a", "b"], ["绍兴", ""]])
    good("others among them", parts("", sheet=worksheet(TWO).replace("<row r=\"2\">", """
        <o:row xmlns:o="urn:o" r="9"><c r="A9"><v>1</v></c></o:row><!-- <row/> --><?row?>
        <row r="2" xmlns:o="urn:o" o:r="7"><o:c r="A2"/><extLst><c r="A2"><v>9</v></c></extLst>""")), READ)
    good("another space alone", parts("", sheet=worksheet(TWO).replace("</sheetData>", """</sheetData>
        <e:ext xmlns:e="urn:e"><sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData></e:ext>""")), READ)
    deep = worksheet(TWO).replace("<sheetData>", "<z>" * 63 + "</z>" * 63 + "<sheetData>")
    good("63 deep", parts("", sheet=deep), READ)
    place = '"xl/worksheets/sheet1.xml"'
    bad("64 deep", parts("", sheet=deep.replace("<z>", "<z><z>", 1).replace("</z>", "</z></z>", 1)), 0, place, "deep")
    bad("a million deep", packed(parts("", sheet=f'<worksheet xmlns="{MAIN}">' + "<z>" * 1000000),
                                 zipfile.ZIP_STORED), 0, place, "deep")
    bad("not well-formed", parts("", sheet=worksheet(TWO)[:-3]), 0, place, "XML of this part is damaged")
    bad("nothing in it", parts("", sheet=""), 0, place, "XML of this part is damaged")
    bad("another behind it", parts("", sheet=worksheet(TWO) + "<a/>"), 0, place, "XML of this part is damaged")
    bad("no entity", parts(HEADING + row(2, text("A2", "&unknown;"))), 0, place, "XML of this part is damaged")
    bad("no prefix", parts("", sheet=worksheet("<x:row/>")), 0, place, "XML of this part is damaged")
    bad("no UTF-8", parts("", sheet=worksheet(HEADING + row(2, text("A2", "@@"))).encode().replace(
        b"@@", b"\xed\xa0\x80")), 0, place, "XML of this part is damaged")
    bad("no UTF-8 in GB18030", parts("", sheet=worksheet(HEADING + row(2, text("A2", "绍兴"))).encode("gb18030")), 0,
        place, "XML of this part is damaged")
    bad("a NUL", parts("", sheet=worksheet(HEADING + row(2, text("A2", "a\0b")))), 0, place, "damaged")
    bad("an encoding of its own", parts("", sheet=worksheet(TWO).replace("UTF-8", "GB18030")), 0, place, "damaged")
    for kind, doctype in (("billion laughs", '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">' + "".join(
            f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefghi", "bcdefghij")) + "]>"),
            ("an external entity", '<!DOCTYPE a [<!ENTITY j SYSTEM "file:///etc/passwd">]>'),
            ("an external subset", '<!DOCTYPE a SYSTEM "http://localhost/a.dtd">'), ("a bare one", "<!DOCTYPE a>")):
        for name in parts(""):
            made = parts(HEADING + row(2, text("A2", "&j;")))[name].replace(HEAD, HEAD + doctype)
            bad(f"DOCTYPE: {kind} in {name}", parts(TWO) | {name: made}, 0, f'"{name}"', "DOCTYPE")
    noise = "".join(random.Random(1).choices("0123456789abcdef", k=600000))  # so that it is not dense
    for kind, made in (("attribute", f'<row a="{noise}"/>'), ("name", f"<a{noise}/>"), ("comment", f"<!--{noise}-->"),
                       ("instruction", f"<?a {noise}?>"), ("attributes", "<row " + "".join(
                           f'a{noise[i:i + 12]}{i}="" ' for i in range(0, 600000, 12)) + "/>")):
        bad(f"a long {kind}", parts(TWO + made), 0, place, "longer than 256 KiB")
    good("a short comment", parts(TWO + f"<!--{noise[:60000]}-->"), READ)


def forged(members, **changed):
    """The directory announces of the last member what `changed` says."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name, data in members.items():
            z.writestr(name, data)
        for field, value in changed.items():
            setattr(z.filelist[-1], field, value)
    return out.getvalue()


def bombs_and_other_zips():
    good("stored", packed(parts(TWO), zipfile.ZIP_STORED), READ)
    good("a media file", parts(TWO) | {"xl/media/image1.png": bytes(range(256)) * 16}, READ)
    stream = io.BytesIO()
    with zipfile.ZipFile(type("Pipe", (), {"write": stream.write, "flush": stream.flush})(), "w",
                         zipfile.ZIP_DEFLATED) as z:
        for name, data in parts(TWO).items():
            z.writestr(name, data)
    good("streamed, sizes behind the data", stream.getvalue(), READ)
    good("a comment behind it", packed(parts(TWO))[:-2] + b"\x04\x00abcd", READ)
    good("1000 members", parts(TWO) | {f"a/{i}": "" for i in range(994)}, READ)
    bad("1001 members", parts(TWO) | {f"a/{i}": "" for i in range(995)}, 0, "", "1000 parts")
    sheet = "xl/worksheets/sheet1.xml"
    blank = worksheet(TWO).replace("<sheetData>", "<sheetData>" + " " * (4 * MIB))
    bad("a dense sheet", parts("", sheet=blank), 0, f'"{sheet}"', "packed over 200 times")
    bad("a dense member that is not read", parts(TWO) | {"x/bomb": bytes(2 * MIB)}, 0, '"x/bomb"', "over 200 times")
    good("a dense member of little size", parts(TWO) | {"x/small": bytes(MIB)}, READ)
    bad("a large member", parts(TWO) | {"x/large": bytes(128 * MIB + 1)}, 0, '"x/large"', "larger than 128 MiB")
    rest = {n: d for n, d in parts("").items() if n != sheet}
    bad("a dense sheet that says it is small", forged(rest | {sheet: blank}, file_size=4000), 0, f'"{sheet}"',
        "no whole .xlsx")
    bad("a sheet that says it is larger", forged(rest | {sheet: worksheet(TWO)}, file_size=4000), 0, f'"{sheet}"',
        "no whole .xlsx")
    bad("a wrong checksum", forged(rest | {sheet: worksheet(TWO)}, CRC=7), 0, f'"{sheet}"', "no whole .xlsx")
    bad("a sheet that says it is huge", forged(rest | {sheet: worksheet(TWO)}, file_size=1 << 40), 0, f'"{sheet}"',
        "larger than 128 MiB")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as z:
        for name, data in (parts(TWO) | {f"x/{i}": bytes(700000) for i in range(3)}).items():
            z.writestr(name, data)
        for member in z.filelist[-3:]:
            member.file_size = 100 * MIB
    bad("large members together", out.getvalue(), 0, "", "all are than 256 MiB")
    bad("a member with a password", forged(parts(TWO), flag_bits=1), 0, '"xl/styles.xml"', "encrypted")
    for method in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        bad(f"method {method}", packed(parts(TWO), method), 0, '"_rels/.rels"', "packed in a way")
    whole = packed(parts(TWO))
    for size in (4, 30, 100, len(whole) // 2, len(whole) - 30, len(whole) - 1):
        bad(f"cut at {size}", whole[:size], 0, "", "no whole .xlsx")


def limits():
    lines = "".join(f"<row><c><v>{i}</v></c></row>" for i in range(50002))
    bad("50001 rows", packed(parts(lines), zipfile.ZIP_STORED), 50002, "", "50000 rows")
    good("50000 rows", packed(parts(lines.replace("<row><c><v>50001</v></c></row>", "")), zipfile.ZIP_STORED),
         [[str(i)] for i in range(50001)])
    wide = "<row>" + "<c><v>1</v></c>" * 200 + "</row>"
    bad("2000200 cells", packed(parts(wide * 10001), zipfile.ZIP_STORED), 10001, "", "2000000 cells")
    bad("2000001 texts", packed(parts("", sst=strings().replace("</sst>", "<si/>" * 2000001 + "</sst>")),
                                zipfile.ZIP_STORED), 0, '"xl/sharedStrings.xml"', "2000000 texts")
    big = strings(f"<t>{'x' * 100000}</t>")
    named = "".join("<row><c t='s'><v>0</v></c></row>" for _ in range(1000))
    bad("one text named a thousand times", packed(parts(named, sst=big), zipfile.ZIP_STORED), 672, "", "64 MiB of text")


def by_openpyxl():
    if openpyxl is None:
        return
    lent = [["合同号", "放款日", "金额", "到期", "有效", "备注"],
            ["HT-1", datetime.date(2023, 6, 30), 300000, datetime.datetime(2024, 6, 29), True, "  x "],
            ["HT-2", datetime.date(1900, 3, 1), 0.1 + 0.2, datetime.date(2099, 12, 31), False, "=1+1"[1:]],
            ["HT-3", None, -12345.67, None, None, "a\nb"]]
    wanted = [lent[0], ["HT-1", "2023-06-30", "300000", "2024-06-29", "TRUE", "x"],
              ["HT-2", "1900-03-01", "0.3", "2099-12-31", "FALSE", "1+1"], ["HT-3", "", "-12345.67", "", "", "a\nb"]]

    def saved(change=lambda book: None, **more):
        book = openpyxl.Workbook(**more)
        sheet = book.active if not more else book.create_sheet("S")
        change(book)
        for line in lent:
            sheet.append(line)
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()

    def from_1904(book):
        book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
        lent[2][1] = datetime.date(1904, 3, 1)
        wanted[2][1] = "1904-03-01"

    def iso(book):
        book.iso_dates = True

    good("openpyxl", saved(), wanted)
    good("openpyxl, written as it goes", saved(write_only=True), wanted)
    good("openpyxl, ISO 8601", saved(iso), wanted)
    good("openpyxl, from 1904", saved(from_1904), wanted)
    lent[3][1] = datetime.datetime(2023, 6, 30, 12)
    bad("openpyxl, a part of a day", saved(), 4, "B4", "shows a day")
    lent[3][1] = datetime.time(12)
    bad("openpyxl, a time", saved(), 4, "B4", "time of day")
    lent[3][1] = "=A1"
    bad("openpyxl, a formula", saved(), 4, "B4", "formula without its value")


for write in (where_cells_stand, numbers, texts, days, which_part_is_what, ways_to_write_xml, bombs_and_other_zips,
              limits, by_openpyxl):
    write()
(folder / "cases.json").write_text(json.dumps(cases, ensure_ascii=False), "utf-8")
