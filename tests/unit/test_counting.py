"""Rows counted by slot and place."""

from dataclasses import replace
from pathlib import Path

import pytest

from data_access.catalogue.loader import load_catalogue
from data_access.files.line import FileFault, FileRow
from data_access.mappings.counting import Counting
from data_access.mappings.mapping import MappingError, load_mapping
from data_access.mappings.mapping_spec import Mapping
from domain.catalogue import Catalogue
from domain.facts.fact import instant_ms
from domain.zone import Zone

NOW = instant_ms("2026-11-23T02:00:00Z")
HEAD = """
missing = ["-", ""]
id = "id"
[source]
code = "cases"
[time]
column = "at"
format = ["%Y-%m-%d %H:%M", "%Y-%m-%d"]
[street]
column = "place"
lookup = { "坪山" = "440310001", "马峦" = "440310002" }
[[duration]]
name = "lasted"
from = "at"
to = "done"
unit = "h"
"""
ALL = """
[[count]]
sign = "REQ-01"
unit = "件/日"
per = "day"
"""
A, B = "440310001", "440310002"


@pytest.fixture(scope="module")
def city() -> Catalogue:
    """The small city, whose signs are counts a day."""
    return load_catalogue("pingshan")


def mapping_of(folder: Path, city: Catalogue, text: str) -> Mapping:
    """A mapping file."""
    path = folder / "some.toml"
    path.write_text(text.lstrip("\n"), encoding="utf-8")
    return load_mapping(city, str(path))


def counted(
    folder: Path, city: Catalogue, text: str, rows: list[dict[str, str]]
) -> tuple[Counting, dict[tuple[str, str, str | None], float]]:
    """What becomes of rows: values by (local day or instant, sign, place)."""
    mapping = mapping_of(folder, city, text)
    counting = Counting(mapping, city, NOW)
    for n, row in enumerate(rows, start=2):
        cells = tuple(row.get(column, "") for column in mapping.columns)
        counting(FileRow(n, cells, cells))
    found = {}
    for _, reading in counting.readings():
        at = city.zone.local(instant_ms(reading.observed_at)).isoformat()
        found[at[:13], reading.sign, reading.street] = reading.value
    return counting, found


def case(n: int, at: str = "2026-11-02 10:00", place: str = "坪山", **more: str) -> dict[str, str]:
    """One row."""
    return {"id": str(n), "at": at, "place": place, **more}


def test_rows_are_counted_by_day_and_place(tmp_path: Path, city: Catalogue) -> None:
    rows = [case(1), case(2, "2026-11-02"), case(3, "2026-11-02 23:59", "马峦")]
    rows += [case(4, place="-"), case(5, place="不知道"), case(6, "2026-11-03 00:00")]
    counting, found = counted(tmp_path, city, HEAD + ALL, rows)
    assert counting.rows.closing() == (
        "rows 6 = counted 6 + duplicates 0 + left out 0 + quarantined 0"
    )
    assert found == {
        ("2026-11-02T23", "REQ-01", A): 2,
        ("2026-11-02T23", "REQ-01", B): 1,
        ("2026-11-02T23", "REQ-01", None): 5,  # in every total, known place or not
        ("2026-11-03T23", "REQ-01", A): 1,
        ("2026-11-03T23", "REQ-01", None): 1,
    }
    assert counting.unplaced.reasons == {"no place": 1, "place '不知道' is not known": 1}


def test_the_same_row_counts_once(tmp_path: Path, city: Catalogue) -> None:
    rows = [case(1), case(1), case(2), case(1, place="马峦"), {**case(3), "id": "-"}]
    counting, found = counted(tmp_path, city, HEAD + ALL, rows)
    tally = counting.rows
    assert (tally.counted, tally.duplicates, tally.quarantined) == (2, 1, 2)
    assert found["2026-11-02T23", "REQ-01", None] == 2
    without = HEAD.replace('id = "id"', "")
    assert counted(tmp_path, city, without + ALL, rows)[0].rows.counted == 5


def test_conditions(tmp_path: Path, city: Catalogue) -> None:
    rows = [case(n, kind=kind) for n, kind in enumerate(["a", "b", "ab", "", "-", "c"])]
    tests = {
        'is = "a"': 1,
        'is = ["a", "b"]': 2,
        'is_not = ["a", "b"]': 4,
        'is = ""': 2,
        'contains = "b"': 2,
        "empty = true": 2,
        "empty = false": 4,
    }
    for test, count in tests.items():
        text = f'{HEAD}{ALL}where = [{{ column = "kind", {test} }}]\n'
        counting, found = counted(tmp_path, city, text, rows)
        assert found["2026-11-02T23", "REQ-01", None] == count, test
        assert counting.left_out.reasons["not asked for (where)"] == 6 - count
    text = f'{HEAD}{ALL}where = [\n  {{ column = "kind", contains = "a" }},\n'
    text += '  { column = "kind", is_not = "a" },\n]\n'
    assert counted(tmp_path, city, text, rows)[1]["2026-11-02T23", "REQ-01", None] == 1


def test_durations_are_columns(tmp_path: Path, city: Catalogue) -> None:
    done = ["2026-11-02 12:00", "2026-11-02 10:00", "", "2026-11-02 09:59", "soon"]
    rows = [case(n, done=each) for n, each in enumerate(done)]
    for test, count in {
        "at_most = 1": 1,
        "above = 1": 1,
        "below = 2": 1,
        "at_least = 0": 2,
    }.items():
        text = f'{HEAD}{ALL}where = [{{ column = "lasted", {test} }}]\n'
        counting, found = counted(tmp_path, city, text, rows)
        assert found["2026-11-02T23", "REQ-01", A] == count, test
        assert (counting.rows.quarantined, counting.rows.left_out) == (2, 3 - count)
    kind = 'tolerance_s = 60\n[[count]]\nsign = "REQ-01"\nunit = "件/日"\nper = "day"\n'
    counting, found = counted(tmp_path, city, HEAD + kind, rows)
    assert (counting.rows.quarantined, found["2026-11-02T23", "REQ-01", A]) == (1, 4)
    signed = kind.replace("tolerance_s = 60", "signed = true")
    text = f'{HEAD}{signed}where = [{{ column = "lasted", below = 0 }}]\n'
    assert counted(tmp_path, city, text, rows)[1]["2026-11-02T23", "REQ-01", A] == 1


def test_shares_and_categories(tmp_path: Path, city: Catalogue) -> None:
    text = (
        HEAD
        + """
[[count]]
sign = "REQ-02"
unit = "%"
per = "day"
where = [{ column = "state", is = "intime" }]
of = [{ column = "state", is_not = "void" }]
[[count]]
sign_column = "kind"
sign_lookup = { "环卫" = "REQ-03", "市政" = "REQ-04" }
sign_unmapped = "skip"
per = "day"
zeros = "seen"
"""
    )
    states = ["intime", "intime", "late", "void", "intime"]
    kinds = ["环卫", "环卫", "", "民政", "环卫"]
    rows = [case(n, state=s, kind=k) for n, (s, k) in enumerate(zip(states, kinds, strict=True))]
    counting, found = counted(tmp_path, city, text, rows)
    assert found["2026-11-02T23", "REQ-02", A] == 75.0
    assert found["2026-11-02T23", "REQ-03", A] == 3
    assert found["2026-11-02T23", "REQ-04", None] == 0
    assert found["2026-11-02T23", "REQ-03", B] == 0  # a known place without rows
    assert ("2026-11-02T23", "REQ-02", B) not in found  # a share of nothing is none
    assert counting.rows.counted == 4 and counting.rows.left_out == 1  # void, and no sign
    assert counting.left_out.reasons == {"kind '民政' has no sign": 1}
    assert counting.in_part.reasons == {"kind '' has no sign": 1}


@pytest.mark.parametrize(("zeros", "days"), [("seen", 2), ("span", 4)])
def test_zeros_where_the_file_speaks(
    tmp_path: Path, city: Catalogue, zeros: str, days: int
) -> None:
    rows = [case(1, "2026-11-02"), case(2, "2026-11-05")]
    _, found = counted(tmp_path, city, f'{HEAD}{ALL}zeros = "{zeros}"\n', rows)
    assert len(found) == days * 3
    assert sum(found.values()) == 4


def test_hours_that_are_not_over_wait(tmp_path: Path, city: Catalogue) -> None:
    text = HEAD + ALL.replace("day", "hour", 1).replace('"day"', '"hour"')
    rows = [case(1, "2026-11-23 09:59"), case(2, "2026-11-23 10:00"), case(3, "2026-11-24 10:00")]
    counting, found = counted(tmp_path, city, text, rows)  # it is ten o'clock
    assert found == {("2026-11-23T09", "REQ-01", A): 1, ("2026-11-23T09", "REQ-01", None): 1}
    assert counting.left_out.reasons == {"its hour or day is not over": 1}
    assert counting.rows.quarantined == 1  # tomorrow


def test_a_point_that_is_an_id_is_told_instead_of_held(
    tmp_path: Path, city: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data_access.mappings.counting.MOST", 10)
    with pytest.raises(FileFault, match="is a point or a sign an id"):
        counted(tmp_path, city, f'{HEAD}{ALL}point_column = "id"\n', [case(n) for n in range(9)])
    text = f'{HEAD}{ALL}zeros = "span"\n'
    with pytest.raises(FileFault, match="more than 10"):
        counted(tmp_path, city, text, [case(1, "2026-01-01"), case(2, "2026-02-01")])


def test_means_weigh_their_rows(tmp_path: Path, city: Catalogue) -> None:
    from domain.sign import Rule

    signs = tuple(
        replace(s, street_rule=Rule.WEIGHTED, rule=Rule.WEIGHTED) if s.code == "REQ-08" else s
        for s in city.signs
    )
    text = HEAD + ALL.replace("REQ-01", "REQ-08") + 'mean = "lasted"\nfactor = 60\n'
    mapping = mapping_of(tmp_path, replace(city, signs=signs), text)
    counting = Counting(mapping, city, NOW)
    for n, done in enumerate(["2026-11-02 12:00", "2026-11-02 11:00", ""]):
        row = case(n, done=done)
        cells = tuple(row.get(column, "") for column in mapping.columns)
        counting(FileRow(n, cells, cells))
    readings = [reading for _, reading in counting.readings()]
    assert {(r.street, r.value, r.weight) for r in readings} == {(A, 90.0, 2.0), (None, 90.0, 2.0)}


def test_faults_of_counts_name_their_lines(tmp_path: Path, city: Catalogue) -> None:
    text = """
id = "id"
header = ["id", "at", "at"]
[source]
code = "cases"
[time]
column = "at"
format = ["%d.%m.%Y", "tomorrow"]
stamps = "middle"
fold = "third"
[street]
column = "place"
unmapped = "guess"
[[duration]]
name = "lasted"
from = "at"
to = "done"
unit = "weeks"
[[count]]
sign = "REQ-01"
unit = "件"
per = "week"
where = [
  { column = "a", is = "x" },
  { column = "b", like = "x" },
]
zeros = "always"
[[count]]
sign = "REQ-01"
unit = "件/日"
per = "day"
mean = "lasted"
sum = "lasted"
of = [{ column = "c" }]
[[reading]]
column = "v"
sign = "REQ-01"
unit = "件/日"
values = { "a" = "b" }
"""
    with pytest.raises(MappingError) as caught:
        mapping_of(tmp_path, city, text)
    told = [f"{fault.line}: {fault.reason}" for fault in caught.value.faults]
    expected = {
        2: "header: ",
        7: "time.format: 'tomorrow'",
        8: "time.stamps: 'middle'",
        9: "time.fold: 'third'",
        12: "street.unmapped: 'guess'",
        17: "duration.unit: 'weeks'",
        18: "count: a mapping has either",
        20: "count.unit: '件' is not",
        21: "count.per: 'week'",
        24: "count.where.column: one of is, is_not, contains",
        26: "count.zeros: 'always'",
        27: "count: only one of mean, sum and of",
        33: "count.of.column: one of",
        38: "reading.values: 'b' is not a number",
    }
    for line, start in expected.items():
        assert any(each.startswith(f"{line}: {start}") for each in told), (line, start, told)


def test_days_of_a_city_with_summer_time(tmp_path: Path, city: Catalogue) -> None:
    chicago = replace(city, zone=Zone.named("America/Chicago"))
    for per, last in (("hour", "2026-11-01T06:59:59.999Z"), ("day", "2026-11-02T05:59:59.999Z")):
        mapping = mapping_of(tmp_path, chicago, HEAD + ALL.replace('"day"', f'"{per}"'))
        counting = Counting(mapping, chicago, NOW)
        for n, at in enumerate(["2026-11-01 01:30", "2026-11-01 01:59"]):
            row = case(n, at)
            cells = tuple(row.get(column, "") for column in mapping.columns)
            assert not counting(FileRow(n, cells, cells))
        (street, _), (total, _) = ((r, told) for told, r in counting.readings())
        assert {street.observed_at, total.observed_at} == {last}
        assert street.value == total.value == 2


def test_the_example_of_the_documentation_is_a_mapping(tmp_path: Path, city: Catalogue) -> None:
    page = (Path(__file__).parents[2] / "docs" / "intake.md").read_text(encoding="utf-8")
    section = page[page.index("### Counting rows") :]
    text = section[section.index("```toml\n") + 8 :]
    mapping = mapping_of(tmp_path, city, text[: text.index("```")])
    assert [count.measure for count in mapping.counts] == ["count", "count", "share"]
