"""Request files through mappings that count: the numbers known to come out of two public sets."""

import csv
import gzip
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from data_access.catalogue.loader import load_catalogue
from data_access.intake.readings import day_tables
from data_access.loads import ingest
from data_access.settings import Settings
from data_access.store.db import Database, migrate, open_database
from data_access.store.tables import quarantine
from domain.catalogue import Catalogue
from domain.text import Text
from domain.zone import Zone
from tests.clocks import FixedClock
from tests.fixtures.real_data import expected, real_data
from tests.intake_files import Loader
from tests.raw_rows import stored_rows

BOSTON = "boston-311-2015"
PINGSHAN = "shenzhen-pingshan-requests-2018"
BOSTON_TOML = """
id = "CASE_ENQUIRY_ID"
[source]
code = "boston-311"
[time]
column = "OPEN_DT"
format = "%m/%d/%Y %I:%M:%S %p"
zone = "America/New_York"
[street]
column = "neighborhood"
[[duration]]
name = "handled"
from = "OPEN_DT"
to = "CLOSED_DT"
unit = "h"
[[duration]]
name = "late"
from = "TARGET_DT"
to = "CLOSED_DT"
unit = "s"
signed = true
[[count]] # opened
sign = "REQ-01"
unit = "件/日"
per = "day"
zeros = "span"
[[count]] # closed on time
sign = "REQ-08"
unit = "件/日"
per = "day"
where = [{ column = "late", at_most = 0 }]
[[count]] # closed
sign = "REQ-03"
unit = "件/日"
per = "day"
where = [{ column = "handled", empty = false }]
"""


@pytest.fixture
def pingshan(settings: Settings) -> Settings:
    """A store of the small city's."""
    return settings.model_copy(update={"city": "pingshan"})


@pytest.fixture
def db(pingshan: Settings) -> Iterator[Database]:
    """It, open."""
    migrate(pingshan)
    database = open_database(pingshan)
    yield database
    database.close()


@pytest.fixture
def load(
    tmp_path: Path, pingshan: Settings, clock: FixedClock, capsys: pytest.CaptureFixture[str]
) -> Loader:
    """Loads into it."""
    return Loader(tmp_path, pingshan, clock, capsys)


def stored(db: Database) -> Sequence[tuple[str, str, float, float | None]]:
    """(place, sign, value, denominator) of every reading."""
    with db.read() as conn:
        return [
            tuple(row)
            for day in day_tables(conn)
            for row in conn.exec_driver_sql(
                f"SELECT street_code, sign, value, denominator FROM readings_{day}"
            )
        ]


def totals(db: Database, sign: str) -> Counter[str]:
    """The sum of a count over all days by place."""
    found: Counter[str] = Counter()
    for place, code, value, _ in stored(db):
        if code == sign:
            found[place] += round(value)
    return found


def by_name(catalogue: Catalogue, found: Counter[str], nowhere: str) -> dict[str, int]:
    """The same by the names of places, and what only the district has under `nowhere`."""
    names = {street.code: street.name.zh for street in catalogue.streets}
    known = {names[code]: count for code, count in found.items() if code in names}
    return {**known, nowhere: found[catalogue.code] - sum(known.values())}


def test_pingshan_by_day_and_street(load: Loader, db: Database) -> None:
    catalogue = load_catalogue("pingshan")
    path = real_data(f"{PINGSHAN}/pingshan-requests.csv")
    said = load(path, "requests-2018")
    assert said.code == 0
    assert said.rows == (10_000, 10_000, 0, 0, 0)
    assert "in no street's (未知): 10, no place" in said.out
    requests = totals(db, "REQ-01")
    assert requests["440310"] == expected(PINGSHAN, "rows")
    assert by_name(catalogue, requests, "-") == expected(PINGSHAN, "rows_by_street_name")
    kinds = expected(PINGSHAN, "rows_by_event_type_name")
    signs = {"市容环卫": "REQ-03", "市政设施": "REQ-04", "环保水务": "REQ-05"}
    signs |= {"交通运输": "REQ-06", "安全隐患": "REQ-07"}
    assert {kind: totals(db, sign)["440310"] for kind, sign in signs.items()} == {
        kind: kinds[kind] for kind in signs
    }
    others = {f"event_type_name {kind!r} has no sign": kinds[kind] for kind in kinds.keys() - signs}
    for reason, count in others.items():
        assert f"not in every count: {count}, {reason}" in said.out
    late = by_name(catalogue, totals(db, "REQ-08"), "-")
    streets = expected(PINGSHAN, "overdue_by_street")
    assert {name: late[name] for name in streets} == {n: s["overdue"] for n, s in streets.items()}
    rate = expected(PINGSHAN, "overdue_O1_all")
    on_time = [row for row in stored(db) if row[1] == "REQ-02" and row[0] == "440310"]
    assert sum(below or 0 for *_, below in on_time) == rate["n"]
    kept = sum(value * (below or 0) for *_, value, below in on_time) / 100
    assert kept == pytest.approx(rate["n"] - rate["overdue"])
    months: Counter[str] = Counter()
    with db.read() as conn:
        for row in stored_rows(conn, "REQ-01", ["440310"]):
            months[f"{catalogue.zone.local(row[5]):%Y-%m}"] += int(row[6])
    assert months == expected(PINGSHAN, "rows_by_month")
    again = load(path, "requests-2018")
    assert again.account == (said.account[0], 0, said.account[0], 0)


def days_of(path: Path) -> Counter[tuple[str, str]]:
    """Rows of the file by the date written there and the neighbourhood."""
    found: Counter[tuple[str, str]] = Counter()
    with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            found[row["OPEN_DT"][:10], row["neighborhood"]] += 1
            found[row["OPEN_DT"][:10], "all"] += 1
    return Counter({key: count for key, count in found.items() if key[1]})


def by_day(db: Database, city: Catalogue) -> Counter[tuple[str, str]]:
    """The same of what is stored."""
    names = {city.code: "all"} | {street.code: street.name.zh for street in city.streets}
    found: Counter[tuple[str, str]] = Counter()
    with db.read() as conn:
        for street in names:
            for row in stored_rows(conn, "REQ-01", [street]):
                found[f"{city.zone.local(row[5]):%m/%d/%Y}", names[street]] += int(row[6])
    return Counter({key: count for key, count in found.items() if count})


def boston_city(path: Path) -> Catalogue:
    """The small city with Boston's neighbourhoods for streets."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
        names = sorted({row["neighborhood"] for row in csv.DictReader(stream)} - {""})
    city = load_catalogue("pingshan")
    streets = [
        replace(city.streets[0], code=f"25025{n:04}", name=Text.same(name))
        for n, name in enumerate(names, start=1)
    ]
    return replace(city, streets=tuple(streets), zone=Zone.named("America/New_York"))


@pytest.mark.parametrize("tolerance_s", [0, 60])
def test_boston_by_day_and_neighbourhood(
    load: Loader, db: Database, monkeypatch: pytest.MonkeyPatch, tolerance_s: int
) -> None:
    path = real_data(f"{BOSTON}/boston-311-2015.csv.gz")
    city = boston_city(path)
    monkeypatch.setattr(ingest, "load_catalogue", lambda _name: city)
    lookup = "".join(f'"{s.name.zh}" = "{s.code}"\n' for s in city.streets)
    text = BOSTON_TOML.replace('unit = "h"', f'unit = "h"\ntolerance_s = {tolerance_s}')
    text = text.replace("[[duration]]", f"[street.lookup]\n{lookup}[[duration]]", 1)
    said = load(path, text)
    opened, on_time, closed = (totals(db, s) for s in ("REQ-01", "REQ-08", "REQ-03"))
    names = expected(BOSTON, "by_neighbourhood")
    if tolerance_s:  # all 197 lie within a minute: two clocks
        assert said.rows == (121_145, 121_145, 0, 0, 0)
        for key, found in (("rows", opened), ("closed", closed), ("closed_on_time", on_time)):
            assert by_name(city, found, "(empty)") == {n: each[key] for n, each in names.items()}
        assert on_time[city.code] == expected(BOSTON, "on_time_R1_due")["num"]
        assert by_day(db, city) == days_of(path)
        return
    account = expected(BOSTON, "conservation_if_197_quarantined")
    assert said.rows == (account["read"], account["accepted"], 0, 0, account["quarantined"])
    assert opened[city.code] == account["opened"] and closed[city.code] == account["closed"]
    assert on_time[city.code] == expected(BOSTON, "on_time_R5_due_without_197")["num"]
    with db.read() as conn:
        kept = list(conn.scalars(select(quarantine.c.detail)))
    assert len(kept) == account["quarantined"]
    assert all("s before it begins" in detail for detail in kept)
    days = len([row for row in stored(db) if row[:2] == (city.code, "REQ-01")])
    assert days == 365 and said.account[1] > days * len(city.streets)


def test_no_count_is_stored_of_half_a_file(load: Loader, db: Database) -> None:
    head = "rec_id,create_time,street_name,event_type_name,achieve_status"
    rows = [f"{n},2018-10-{n % 28 + 1:02},坪山街道,市容环卫,intime" for n in range(2_000)]
    bad = ["x,2018-13-01,坪山街道,市容环卫,intime"]
    torn = gzip.compress("\n".join([head, *bad, *rows]).encode())[:-900]
    said = load(load.file("torn.csv.gz", torn), "requests-2018")
    assert said.code == 1 and "no count was stored" in said.out
    assert said.account == (1, 0, 0, 1)  # what was refused is kept all the same
    assert said.rows[1] > 500 and stored(db) == []
    whole = load(load.file("whole.csv", [head, *bad, *rows]), "requests-2018")
    assert whole.code == 0 and whole.rows == (2_001, 2_000, 0, 0, 1)
    more = load(load.file("more.csv", [head, *rows, *bad, rows[0].replace("0,", "9000,", 1)]),
                "requests-2018")  # fmt: skip
    assert "conflict" in more.out  # a day that was counted does not change in silence
