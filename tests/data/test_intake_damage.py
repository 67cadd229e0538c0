"""Files that are not what they should be: each fault is counted or told with its place."""

import gzip
import json
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import select

from data_access.intake.quarantine import PAYLOAD_CHARS
from data_access.settings import Settings
from data_access.store.db import Database
from data_access.store.tables import quarantine
from tests.clocks import FixedClock
from tests.intake_files import AIR, Loader, air
from tests.raw_rows import stored_rows

HUAMU = "310115016"
HOURS = [datetime(2026, 10, 1, hour) for hour in range(8)]  # noqa: DTZ001 - a sheet has no zone


@pytest.fixture
def load(
    tmp_path: Path, db_settings: Settings, clock: FixedClock, capsys: pytest.CaptureFixture[str]
) -> Loader:
    """Loads into a store of the test's own."""
    return Loader(tmp_path, db_settings, clock, capsys)


def values(db: Database, sign: str = "ENV-02") -> list[float]:
    """What is stored for Huamu, in the order of time."""
    with db.read() as conn:
        rows = list(stored_rows(conn, sign, [HUAMU]))
    return [row[6] for row in sorted(rows, key=lambda row: row[5])]


def kept(db: Database) -> list[tuple[str, str, str]]:
    """(reason, detail, payload) of everything in quarantine."""
    query = select(quarantine.c.reason, quarantine.c.detail, quarantine.c.payload)
    with db.read() as conn:
        return [tuple(row) for row in conn.execute(query.order_by(quarantine.c.id))]


@pytest.mark.parametrize("end", ["", '"fine"', '"'])
def test_a_quote_that_swallows_rows_ends_the_load_at_its_line(
    load: Loader, db: Database, end: str
) -> None:
    rows = air(40)
    rows[20] = rows[20].replace(",ok", ',"what')
    rows[30] = rows[30].replace(",ok", f",{end}")
    said = load(load.file("some.csv", rows))
    assert said.code == 1
    assert "some.csv:21: a quote opens in this row and swallows line 22" in said.err
    assert "the 20 lines from line 22 are not read" in said.err
    assert said.account == (20, 19, 0, 1)
    assert values(db) == [float(n) for n in range(1, 20)]


def test_a_quote_in_front_of_a_place_is_noticed_too(load: Loader) -> None:
    rows = air(9)
    rows[4] = rows[4].replace("花木", '"花木')
    rows[5] = rows[5].replace("花木", '"花木"')
    said = load(load.file("some.csv", rows))
    assert (said.code, said.account) == (1, (4, 3, 0, 1))
    assert "some.csv:5: " in said.err


def test_a_file_that_ends_inside_a_quote(load: Loader) -> None:
    rows = [*air(4), '2026-10-01T09:00:00+08:00,花木,5,"and the']
    said = load(load.file("some.csv", "\n".join(rows)))
    assert said.code == 1 and "some.csv:6: the file ends inside a quote" in said.err
    assert said.account == (5, 4, 0, 1)


def test_cells_may_span_lines(load: Loader) -> None:
    rows = air(30)
    rows[3] = rows[3].replace(",ok", ',"one, two,\nthree, four, five, six\r\nand ""seven"""')
    rows[9] = rows[9].replace(",ok", ',"odd" but one line')
    assert load(load.file("some.csv", rows)).account == (30, 30, 0, 0)
    first = [",".join(reversed(row.split(","))) for row in air(30)]  # the note comes first
    first[7] = '"two\nlines' + first[7].replace("ok", '"')
    assert load(load.file("first.csv", first)).account == (30, 0, 30, 0)


def test_cells_without_end_cost_themselves_alone(load: Loader, db: Database) -> None:
    rows = air(4)
    rows[2] = rows[2].replace(",ok", "," + "x" * 1_500_000)
    rows[3] = rows[3].replace(",ok", "," + "y" * 500_000)
    said = load(load.file("some.csv", rows))
    assert (said.code, said.account) == (0, (4, 3, 0, 1))
    ((reason, detail, payload),) = kept(db)
    assert (reason, detail) == (
        "malformed",
        "line 3: a cell of 1500000 characters, at most 1048576",
    )
    assert len(payload) == PAYLOAD_CHARS and "cut: the beginning of 1,5" in payload
    said = load(load.file("long.csv", "at,place,pm,note\n" + "z" * (65 << 20)))
    assert said.code == 1 and "long.csv:2: a line of over" in said.err


def test_what_was_sent_is_kept_whole(load: Loader, db: Database) -> None:
    rows = air(2)
    rows[1] = rows[1].replace("花木", "不知名街道").replace(",ok", "," + "长" * 9_000)
    said = load(load.file("some.csv", rows))
    assert "'不知名街道' is not in the catalogue" in said.out
    ((_, detail, payload),) = kept(db)
    assert detail == "street: '不知名街道' is not in the catalogue"
    assert json.loads(payload)["row"]["note"] == "长" * 9_000


def test_headers_that_leave_it_open_are_refused(load: Loader) -> None:
    rows = [row.replace("note", "pm") for row in air(2)]
    said = load(load.file("some.csv", rows))
    assert said.code == 1 and "the column 'pm' stands there 2 times, as number 3, 4" in said.err
    assert said.account == (0, 0, 0, 0)
    said = load(load.file("quote.csv", [air(0)[0] + ',"rest', *air(3)[1:], '",1,2,3']))
    assert said.code == 1 and "quote.csv:1: " in said.err
    said = load(load.file("none.csv", air(0)))
    assert said.code == 0 and "no row below the header" in said.err


def test_columns_of_one_name_that_nobody_reads_keep_their_cells(load: Loader, db: Database) -> None:
    rows = ["at,place,pm,n,n,", "2026-10-01T00:00:00+08:00,nowhere,1,a,b,c"]
    assert load(load.file("some.csv", rows)).account == (1, 0, 0, 1)
    ((_, _, payload),) = kept(db)
    assert json.loads(payload)["row"] == {
        "at": "2026-10-01T00:00:00+08:00",
        **{"place": "nowhere", "pm": "1", "n": "a", "n [5]": "b", "[6]": "c"},
    }


def test_encodings(load: Loader) -> None:
    text = "\n".join(air(3))
    for name in ("utf-16", "utf-8-sig"):  # a byte order mark says so
        assert load(load.file(f"{name}.csv", text.encode(name))).account[0] == 3
    said = load(load.file("16.csv", text.encode("utf-16-le")))
    assert said.code == 1 and "is it UTF-16?" in said.err
    half = text.encode().replace("花木".encode(), "花木".encode("gbk"), 1)
    said = load(load.file("gbk.csv", half))
    assert said.account == (3, 0, 2, 1)
    assert "line 2: byte 0xbb is no utf-8" in said.out
    note = text.replace("ok", "站").encode("gbk").replace("花木".encode("gbk"), "花木".encode())
    assert load(load.file("note.csv", note)).account == (3, 0, 3, 0)  # a cell that nobody reads
    said = load(load.file("nul.csv", text.replace(",2,", ",2\x00,").replace("花木,3", "花\0,3")))
    assert said.account == (3, 0, 1, 2)


def test_numbers_as_people_write_them(load: Loader, db: Database) -> None:
    cells = ["１２．５", "１３", '"1,234.5"', "1 234", "45%", "#DIV/0!", "TRUE", "0x1F", "1e400"]
    rows = [row.replace(f",{n + 1},", f",{cells[n]},") for n, row in enumerate(air(len(cells))[1:])]
    said = load(load.file("some.csv", [air(0)[0], *rows]))
    assert said.account == (9, 2, 0, 7)
    assert values(db) == [12.5, 13.0]


@pytest.mark.parametrize(
    ("unit", "factor", "cell", "value"),
    [("%", "", "45%", 45.0), ("%", "", "５７％", 57.0), ("1", "factor = 100", "45 %", 45.0)],
)
def test_a_percentage_is_what_it_says(
    load: Loader, db: Database, unit: str, factor: str, cell: str, value: float
) -> None:
    mapping = AIR.replace('unit = "µg/m³"', f'unit = "{unit}"\n{factor}').replace("ENV-02", PERCENT)
    rows = ["at,place,pm", f"2026-10-01T00:00:00+08:00,花木,{cell}"]
    assert load(load.file("some.csv", rows), mapping).account == (1, 1, 0, 0)
    assert values(db, PERCENT) == [value]


PERCENT = "FAC-09"


def test_objects_where_values_belong(load: Loader, db: Database) -> None:
    good = {"at": "2026-10-01T00:00:00+08:00", "place": "花木", "pm": 20.0}
    later = {**good, "at": "2026-10-01T01:00:00+08:00"}
    bad = [{**good, "pm": {"x": 1}}, {**good, "place": ["花木"]}, {**good, "at": {}}, 7]
    lines = [json.dumps(each, ensure_ascii=False) for each in (good, *bad, later)]
    lines += ['{"pm": 1, "pm": 2}', "[" * 50_000, '{"at": "2026']
    said = load(load.file("some.jsonl", lines))
    assert (said.code, said.account) == (0, (9, 2, 0, 7))
    assert "line 2: column 'pm': {'x': 1} is not a number" in said.out
    assert "the key 'pm' stands there twice" in "".join(detail for _, detail, _ in kept(db))


def test_a_json_array_is_read_to_where_it_breaks(load: Loader) -> None:
    rows = [{"at": f"2026-10-01T{n:02}:00:00+08:00", "place": "花木", "pm": n} for n in range(9)]
    assert load(load.file("some.json", json.dumps(rows, indent=1))).account == (9, 9, 0, 0)
    assert load(load.file("none.json", " [ ]\n")).account == (0, 0, 0, 0)
    text = json.dumps(rows[:3])
    for broken in (text[:-20], text.replace("}, {", "} {"), text + "[]", text[1:], "{}"):
        said = load(load.file("cut.json", broken))
        assert said.code == 1 and "cut.json:1: " in said.err
        assert said.account[3] == 0


def test_a_load_that_fails_on_the_way_accounts_for_itself(
    load: Loader, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object) -> None:
        raise RuntimeError("nobody foresaw this")

    monkeypatch.setattr("data_access.loads.parcels.BATCH", 10)
    path = load.file("some.csv", air(2_500))
    monkeypatch.setattr("data_access.mappings.mapping_columns.ColumnMapper._masses", broken)
    said = load(path)
    assert (said.code, said.account) == (1, (0, 0, 0, 0))
    assert "the load failed: RuntimeError: nobody foresaw this" in said.err
    for name in ("nothing", "none.toml"):
        said = load(path, name)
        assert (said.code, said.account) == (2, (0, 0, 0, 0))


# sheets


def sheet(folder: Path, change: Callable[[Workbook, Worksheet], None], name: str = "a") -> Path:
    """A workbook with eight good rows for AIR, changed."""
    book = Workbook()
    first = book.active
    assert isinstance(first, Worksheet)
    first.append(["at", "place", "pm"])
    for n, at in enumerate(HOURS):
        first.append([at, "花木", n + 1])
    change(book, first)
    book.save(folder / f"{name}.xlsx")
    return folder / f"{name}.xlsx"


def edited(path: Path, part: str, change: Callable[[bytes], bytes]) -> Path:
    """The same workbook with one part changed."""
    out = path.with_name("edited.xlsx")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, change(data) if name.endswith(part) else data)
    return out


def test_damaged_sheets(load: Loader, tmp_path: Path) -> None:
    good = sheet(tmp_path, lambda book, first: None)
    cut = edited(good, "sheet1.xml", lambda d: d[: d.index(b'<row r="6"') + 60])
    said = load(cut)
    assert said.code == 1 and "sheet 'Sheet' cannot be read on after row 5" in said.err
    assert said.account == (4, 4, 0, 0)
    word = edited(good, "sheet1.xml", lambda d: d.replace(b"<v>7</v>", b"<v>seven</v>"))
    said = load(word)
    assert (said.code, said.account) == (0, (8, 3, 4, 1))
    assert "line 8: column 'pm': 'seven' is not a number" in said.out
    odd = edited(good, "sheet1.xml", lambda d: d.replace(b'r="C5"', b'r="ZZZ5"'))
    assert "cannot be read on after row 5" in load(odd).err
    for part in ("workbook.xml", "styles.xml", "workbook.xml.rels"):
        said = load(edited(good, part, lambda d: d[: len(d) // 2]))
        assert said.code == 1 and part in said.err and said.account == (0, 0, 0, 0)
    (tmp_path / "half.xlsx").write_bytes(good.read_bytes()[:-900])
    assert "no XLSX" in load(tmp_path / "half.xlsx").err


SHARED = {
    "workbook.xml": '<workbook xmlns:r="r"><sheets><sheet name="S" r:id="one"/></sheets>'
    "</workbook>",
    "_rels/workbook.xml.rels": '<Relationships><Relationship Id="one" Type="x/worksheet"'
    ' Target="/xl/s.xml"/><Relationship Id="two" Type="x/sharedStrings" Target="t.xml"/>'
    "</Relationships>",
    "s.xml": '<worksheet><sheetData><row><c t="s"><v>0</v></c><c t="s"><v>1</v></c><c t="s">'
    '<v>2</v></c></row><row><c t="s"><v>3</v></c><c t="s"><v>4</v></c><c><v>5</v></c></row><row>'
    '<c t="s"><v>6</v></c><c t="s"><v>7</v></c><c><v>6</v></c></row></sheetData></worksheet>',
    "t.xml": "<sst><si><t>at</t></si><si><t>place</t></si><si><t>pm</t></si>"
    "<si><r><t>2026-10-01</t></r><r><t>T00:00:00Z</t></r></si><si><t>花木</t><rPh><t>hm</t></rPh>"
    "</si><si><t>x</t></si><si><t>2026-10-01T01:00:00Z</t></si><si><t>花木</t></si></sst>",
}


@pytest.mark.parametrize(
    ("lost", "account"), [("", (2, 2, 0, 0)), ("<si><t>2026-10-01T01", (2, 1, 0, 1))]
)
def test_texts_that_are_lost_cost_their_rows(
    load: Loader, tmp_path: Path, lost: str, account: tuple[int, ...]
) -> None:
    with zipfile.ZipFile(tmp_path / "shared.xlsx", "w") as book:
        for name, text in SHARED.items():
            whole = name != "t.xml" or not lost
            book.writestr(f"xl/{name}", text if whole else text[: text.index(lost)])
    said = load(tmp_path / "shared.xlsx")
    assert (said.code, said.account) == (1 if lost else 0, account)
    if lost:
        assert "xl/t.xml: no element found" in said.err
        assert "the shared text 7 is not in the file" in said.out


def test_what_a_sheet_shows_is_what_is_read(load: Loader, db: Database, tmp_path: Path) -> None:
    def change(_book: Workbook, first: Worksheet) -> None:
        for row, value in enumerate((0.45, "45%", "=1+1", "#DIV/0!", True, "#N/A"), start=2):
            first.cell(row, 3).value = value
        first["C2"].number_format = "0.00%"
        first["B8"] = "=B2"

    said = load(sheet(tmp_path, change))
    assert (said.code, said.account) == (0, (8, 1, 0, 7))
    details = [detail for _, detail, _ in kept(db)]
    assert "line 2: column 'pm': 0.45 is a percentage, and the unit is not" in details
    assert "line 4: column 'pm': a formula without a stored value" in details
    assert "line 8: a formula without a stored value" in details
    mapping = AIR.replace('"µg/m³"', '"%"').replace("ENV-02", PERCENT)
    assert load(tmp_path / "a.xlsx", mapping).account == (8, 3, 0, 5)
    assert values(db, PERCENT)[:2] == [45.0, 45.0]


def test_merged_cells_hold_their_text_in_every_row(
    load: Loader, db: Database, tmp_path: Path
) -> None:
    def change(_book: Workbook, first: Worksheet) -> None:
        first.merge_cells("B2:B5")
        first.merge_cells("C6:C7")
        first.merge_cells("A8:C8")

    said = load(sheet(tmp_path, change))
    assert said.account == (8, 5, 0, 3)
    assert "merged over the rows 6 to 7: whose value is it?" in said.out
    assert values(db) == [1.0, 2.0, 3.0, 4.0, 8.0]  # nothing of it became the district's
    cut = edited(tmp_path / "a.xlsx", "sheet1.xml", lambda d: d[: d.index(b'<row r="8"')])
    said = load(cut)  # nobody knows any more what was merged
    assert said.account == (5, 1, 1, 3)
    assert "empty, or merged with a cell above: the sheet is damaged" in said.out


def test_hidden_sheets_are_read_when_they_are_named(load: Loader, tmp_path: Path) -> None:
    def change(book: Workbook, first: Worksheet) -> None:
        first.sheet_state = "hidden"
        second = book.create_sheet("Data")
        second.append(["at", "place", "pm"])
        second.append([HOURS[0], "花木", 5])
        second.row_dimensions[2].hidden = True
        book.active = 1

    path = sheet(tmp_path, change)
    said = load(path)
    assert said.account == (1, 1, 0, 0)
    assert "sheet 'Data'; not read: 'Sheet' (hidden)" in said.err
    assert "1 rows are hidden in the sheet; they are read as well" in said.err
    said = load(path, 'sheet = "Sheet"\n' + AIR)
    assert said.account[0] == 8 and "sheet 'Sheet' (hidden); not read: 'Data'" in said.err
    said = load(path, 'sheet = "Other"\n' + AIR)
    assert said.code == 1 and "no sheet 'Other'" in said.err


@pytest.mark.parametrize("year", [1900, 1904])
def test_days_of_both_calendars(load: Loader, db: Database, tmp_path: Path, year: int) -> None:
    from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, to_excel

    epoch = CALENDAR_MAC_1904 if year == 1904 else CALENDAR_WINDOWS_1900

    def change(book: Workbook, first: Worksheet) -> None:
        book.epoch = epoch
        for n, at in enumerate(HOURS, start=2):
            first.cell(n, 1).value = at if n % 2 else to_excel(at, epoch)
            if n % 2 == 0:
                first.cell(n, 1).number_format = "General"

    path = sheet(tmp_path, change)
    assert load(path).account == (8, 4, 0, 4)  # a plain number is no instant unless it is said
    mapping = AIR.replace('column = "at"', 'column = "at"\nformat = "excel"')
    assert load(path, mapping).account == (8, 4, 4, 0)
    with db.read() as conn:
        rows = list(stored_rows(conn, "ENV-02", [HUAMU]))
    assert sorted(row[5] for row in rows)[0] == 1_790_784_000_000  # 2026-10-01 00:00 in the city


def test_a_torn_archive_keeps_what_came_before(load: Loader) -> None:
    whole = gzip.compress("\n".join(air(4_000)).encode(), 1)
    said = load(load.file("torn.csv.gz", whole[:-200]))
    assert said.code == 1 and "cannot be read on" in said.err
    assert said.account[0] > 2_000
