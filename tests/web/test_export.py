"""Tables to take away: each table for each role, what is in them, and what is written down."""

import csv
import io
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import openpyxl
import pytest
from sqlalchemy import update
from werkzeug.test import TestResponse

from dashboard.desks.registry import tables as tables_offered
from dashboard.export.turns import Turns
from data_access.accounts.audit import Result
from data_access.intake import quarantine
from data_access.series.notes import Draft, add_note
from data_access.store import tables
from data_access.store.tables import published, state_history
from data_access.views.pictures import VIEW, pack_picture
from domain.actor import PEOPLE, Actor, Role
from domain.clock import DAY_MS, MINUTE_MS
from domain.facts.fact import Reason
from domain.freshness import Freshness
from domain.picture import Cell, Picture
from domain.sign import State
from tests.web.site import Site, Visitor

TABLES = (  # written down once more on purpose, as the pages are in test_permissions
    *("signs", "sign-streets", "streets", "street-signs", "index", "index-course", "series"),
    *("corrections", "episodes", "episode-counts", "rankings", "receipt", "sources"),
    *("quarantine", "audit"),
)
NASTY = '=HYPERLINK("http://x","y")'
ALARM = Cell(9.5, State.ALARM, Freshness.LIVE, 1_700_000_000_000, 1_700_000_000_000, True, 8.0)
CALM = Cell(0.25, State.NORMAL, Freshness.LIVE, 1_700_000_000_000, 1_700_000_000_000, False)


def rows_of(answer: TestResponse) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    assert answer.data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))


def book_of(answer: TestResponse) -> openpyxl.Workbook:
    assert answer.status_code == 200, answer.text
    return openpyxl.load_workbook(io.BytesIO(answer.data))


@pytest.fixture(scope="module")
def city(shared_site: Site) -> Iterator[Site]:
    """A city with a picture, some history, and a source with something in quarantine."""
    site, catalogue = shared_site, shared_site.services.catalogue
    places = (catalogue.code, *catalogue.street)
    first = catalogue.signs[0].code
    row = tuple(ALARM if s.code == first else CALM for s in catalogue.signs)
    below = tuple(
        None if not s.at_street else CALM if s.code != first else ALARM for s in catalogue.signs
    )
    picture = Picture(
        *(1, site.clock.ms, catalogue.version, tuple(s.code for s in catalogue.signs), places),
        (row, *[below] * len(catalogue.streets)),
        catalogue.weights[-1],
    )
    history: list[Any] = []
    for n, sign in enumerate(catalogue.signs):
        at = site.clock.ms - (n + 2) * 10 * MINUTE_MS
        history.append((catalogue.code, sign.code, at, "alarm", 3.5, 1, None, None, False))
        history.append(
            (catalogue.code, sign.code, at + 5 * MINUTE_MS, "normal", 1.5, 1, None, None, False)
        )
    with site.db.write() as conn:
        site.db.upsert(conn, published, [(VIEW, 1, site.clock.ms, pack_picture(picture))])
        site.db.upsert(conn, state_history, history)
        source = catalogue.sources[0].code
        quarantine.keep(conn, source, "api", site.clock.ms, [(Reason.ABSURD, NASTY, "+1")])
        conn.execute(
            update(tables.sources).where(tables.sources.c.code == source).values(name_zh=NASTY)
        )
    yield site


@pytest.fixture(scope="module")
def visitors(city: Site) -> dict[str, Visitor]:
    return city.everybody()


def query(city: Site, table: str) -> str:
    """What the page of that table has in its address."""
    catalogue = city.services.catalogue
    sign, street = catalogue.signs[0].code, catalogue.streets[0].code
    return {
        "sign-streets": f"?sign={sign}",
        "series": f"?sign={sign}&place={street}",
        "corrections": f"?sign={sign}&place={street}",
        "street-signs": f"?code={street}",
        "quarantine": f"?source={catalogue.sources[0].code}",
        "receipt": f"?receipt={street}",
    }.get(table, "")


def test_pages_offer_these_tables_and_no_others(city: Site) -> None:
    assert city.app.use_pages
    assert sorted(tables_offered()) == sorted(TABLES)


@pytest.mark.parametrize("table", TABLES)
def test_every_table_for_every_role(city: Site, visitors: dict[str, Visitor], table: str) -> None:
    owner = city.services.catalogue.sources[0].department
    for role, visitor in visitors.items():
        for form in ("csv", "xlsx"):
            path = f"/export/{table}.{form}{query(city, table)}"
            answer = visitor.get(path)
            if not role:
                assert answer.status_code == 401
                continue
            allowed = role in PEOPLE
            if table == "quarantine":
                mine = role == "department" and city.services.catalogue.departments[0].code == owner
                allowed = role in ("operator", "admin") or mine
            if table == "audit":
                allowed = role == "admin"
            assert answer.status_code == (200 if allowed else 403), (role, answer.text[:300])
            if allowed:
                assert "attachment" in answer.headers["Content-Disposition"]
                assert answer.headers["Cache-Control"] == "private, no-store"
            else:
                assert b"\xef\xbb\xbf" not in answer.data and NASTY.encode() not in answer.data


@pytest.mark.parametrize(
    "name", ["users.csv", "signs.pdf", "signs", "passwords.xlsx", "..csv", ".csv"]
)
def test_there_is_nothing_else(visitors: dict[str, Visitor], name: str) -> None:
    assert visitors["admin"].get(f"/export/{name}").status_code == 404
    assert visitors["screen"].get(f"/export/{name}").status_code == 403


def test_each_export_is_written_down_before_it_leaves(city: Site) -> None:
    leader = city.person(Role.LEADER)
    answer = leader.client.get("/export/signs.csv?state=alarm")  # not read yet: nothing has left
    (entry,) = [e for e in city.log("export") if "state=alarm" in e.object]
    assert entry.object == "signs.csv 1 rows ?state=alarm"
    assert entry.who.startswith("leader:") and entry.result is Result.OK
    assert len(rows_of(answer)) == 1 == int(answer.headers["X-Rows"])


def test_denied_exports_are_written_down_too(city: Site) -> None:
    leader, source = city.person(Role.LEADER), city.services.catalogue.sources[0].code
    assert leader.get(f"/export/quarantine.xlsx?source={source}").status_code == 403
    entries = [e for e in city.log("denied.export") if e.who.startswith("leader:")]
    assert entries[0].object == f"quarantine.xlsx ?source={source}"
    assert not any(
        e.object.startswith("quarantine.xlsx") and "leader" in e.who for e in city.log("export")
    )


def test_a_department_gets_the_episodes_of_its_own_signs_only(city: Site) -> None:
    catalogue = city.services.catalogue
    owners = sorted({s.department for s in catalogue.signs})[:2]
    for mine, theirs in (owners, reversed(owners)):
        visitor = city.person(Role.DEPARTMENT, mine)
        got = {row["体征代码"] for row in rows_of(visitor.get("/export/episodes.csv"))}
        assert got == {s.code for s in catalogue.signs if s.department == mine}
        sign = next(s.code for s in catalogue.signs if s.department == theirs)
        for asked in (f"sign={sign}", f"department={theirs}", f"department={mine}&sign={sign}"):
            for form in ("csv", "xlsx"):
                answer = visitor.get(f"/export/episodes.{form}?{asked}")
                assert answer.status_code == 403, asked
                assert sign.encode() not in answer.data
    whole = rows_of(city.person(Role.OPERATOR).get("/export/episodes.csv"))
    assert len(whole) == len(catalogue.signs)
    assert whole[0]["持续（分钟）"] == "5.0" and whole[0]["状态"] == "告警"


def test_a_department_gets_its_own_lines_of_a_receipt_only(city: Site) -> None:
    catalogue = city.services.catalogue
    street, at = (
        catalogue.streets[0].code,
        city.clock.ms // DAY_MS * DAY_MS - 8 * 3_600_000 - DAY_MS,
    )
    rows = [
        (street, s.code, at, 1.0, 1.0, 1, 1.0, 1.0, 1.0, False, 24.0, 6.0, 0.0, 0.0)
        for s in catalogue.signs
        if s.at_street
    ]
    with city.db.write() as conn:
        city.db.upsert(conn, tables.rollup_day, rows)
    mine, theirs = sorted({s.department for s in catalogue.signs if s.at_street})[:2]
    visitor, asked = city.person(Role.DEPARTMENT, mine), f"?period=28d&receipt={street}"
    got = rows_of(visitor.get(f"/export/receipt.csv{asked}"))
    own = {s.code for s in catalogue.signs if s.department == mine and s.at_street}
    assert {row["体征代码"] for row in got} == own | {""}
    assert "其他部门" in got[-1]["体征"]
    whole = rows_of(city.person(Role.LEADER).get(f"/export/receipt.csv{asked}"))
    assert {row["体征代码"] for row in whole} == {s.code for s in catalogue.signs if s.at_street}
    made_by = {(row["权重版本"], row["阈值版本"]) for row in (*whole, *got[:-1])}
    assert made_by == {("1", "1")}, "every line names the versions that it was made by"
    spent = [sum(round(100 * float(row["扣分"])) for row in table) for table in (got, whole)]
    assert spent[0] == spent[1] > 0, "to the last hundredth"
    swapped = f"/export/receipt.xlsx?of=departments&period=28d&receipt={theirs}"
    assert visitor.get(swapped).status_code == 403
    assert visitor.get(swapped.replace(theirs, mine)).status_code == 200
    assert city.log("denied.export")[0].who.startswith("department:")


def test_a_series_comes_with_its_notes(city: Site) -> None:
    sign, now = city.services.catalogue.signs[0].code, city.clock.ms
    place = city.services.catalogue.code
    minutes = [
        (place, sign, now - n * MINUTE_MS, 0.5, 1.0, 1, 0.5, 0.5, 0.5, False, 0) for n in (5, 10)
    ]
    operator = Actor("op", Role.OPERATOR)
    draft = Draft(place, sign, now - 6 * MINUTE_MS, now - 4 * MINUTE_MS, "=1+1 检修")
    with city.db.write() as conn:
        city.db.upsert(conn, tables.rollup_minute, minutes)
        early = (sign, now - 5 * MINUTE_MS + 999, city.services.catalogue.streets[0].code, "s", "")
        conn.execute(tables.provisional.insert().values(early))
    add_note(city.db, operator, city.services.catalogue, draft, now, "local")
    got = rows_of(city.person(Role.LEADER).get(f"/export/series.csv?sign={sign}&period=24h"))
    assert [row["数值"] for row in got] == ["0.5", "0.5"]
    assert [row["质量"] for row in got] == ["", "初步数据"]
    assert got[0]["批注"] == "" and got[1]["批注"].startswith("'=1+1 检修（op，2026-11-23")
    assert got[1]["时段起点"] == "2026-11-23T09:55:00+08:00"


def test_what_the_files_say(city: Site, visitors: dict[str, Visitor]) -> None:
    catalogue, leader = city.services.catalogue, visitors["leader"]
    rows = rows_of(leader.get("/export/signs.csv"))  # the worst first, as the page has them
    assert {row["体征代码"] for row in rows} == {s.code for s in catalogue.signs}
    ordered = rows_of(leader.get("/export/signs.csv?sort=code"))
    assert [row["体征代码"] for row in ordered] == sorted(s.code for s in catalogue.signs)
    assert (rows[0]["数值"], rows[0]["状态"], rows[0]["越过的阈值"]) == ("9.5", "告警", "8.0")
    assert rows[0]["观测时间"].endswith("+08:00")
    english = rows_of(leader.get("/export/signs.csv?lang=en&state=alarm"))
    assert [row["Vital sign"] for row in english] == [catalogue.signs[0].name.en]
    street = rows_of(leader.get(f"/export/street-signs.csv{query(city, 'street-signs')}"))
    absent = [row for row in street if row["状态"] in ("不适用", "只评全区")]
    assert len(absent) == sum(1 for s in catalogue.signs if not s.at_street) > 0
    assert all(row["数值"] == "" for row in absent)
    streets = rows_of(leader.get("/export/streets.csv"))
    picture = city.services.pictures.now(Actor("x", Role.LEADER))
    assert picture is not None
    assert float(streets[0]["指数"]) == picture.index(catalogue.streets[0].code).value


def test_the_workbook_carries_filter_definitions_and_watermark(city: Site) -> None:
    operator = city.person(Role.OPERATOR)
    answer = operator.get("/export/signs.xlsx?state=alarm")
    first, second = book_of(answer).worksheets
    assert first["E2"].value == 9.5 and first["I2"].is_date
    facts = {row[0].value: row[1].value for row in second.iter_rows(max_row=12) if row[0].value}
    assert facts["状态"] == "告警" and facts["行数"] == "1 行"
    assert facts["数据性质"] == "演示数据"
    assert "operator-" in facts["导出人"] and "operator-" in first.oddFooter.left.text
    name = unquote(answer.headers["Content-Disposition"].rpartition("''")[2])
    assert name.startswith("体征_20261123-") and "operator-" in name and "演示数据" in name
    sign = city.services.catalogue.signs[0]
    told = [c.value for row in second.iter_rows() for c in row]
    assert sign.code in told and sign.basis.zh in told


def test_what_others_wrote_stays_text(city: Site, visitors: dict[str, Visitor]) -> None:
    rows = rows_of(visitors["admin"].get("/export/sources.csv"))
    assert f"'{NASTY}" in {row["数据源"] for row in rows}
    path = f"/export/quarantine.csv{query(city, 'quarantine')}"
    (row,) = rows_of(visitors["admin"].get(path))
    assert (row["说明"], row["原文"]) == (f"'{NASTY}", "'+1")
    book = book_of(visitors["admin"].get(path.replace(".csv", ".xlsx")))
    cells = [cell for sheet in book.worksheets for r in sheet.iter_rows() for cell in r]
    assert NASTY in {cell.value for cell in cells}
    assert all(cell.data_type != "f" for cell in cells)


@pytest.mark.parametrize(
    "asked",
    ["sign=NO-99", "sign=../../etc", "sign=" + "x" * 300, "sign=", "place=1", "sign=%00", "x=1"],
)
def test_junk_is_refused_or_passed_over(
    city: Site, visitors: dict[str, Visitor], asked: str
) -> None:
    for table in TABLES:
        status = visitors["admin"].get(f"/export/{table}.csv?{asked}").status_code
        assert status in (200, 404), (table, status)


def test_one_export_at_a_time_for_each_session(city: Site) -> None:
    leader, other = city.person(Role.LEADER), city.person(Role.LEADER)
    under_way = leader.client.get("/export/signs.csv", buffered=False)
    assert under_way.status_code == 200
    refused = leader.get("/export/signs.csv")
    assert refused.status_code == 429 and int(refused.headers["Retry-After"]) > 0
    assert other.get("/export/signs.csv").status_code == 200
    under_way.close()
    assert leader.get("/export/signs.csv").status_code == 200
    assert leader.get("/export/users.csv").status_code == 404
    assert leader.get("/export/series.csv?sign=NO").status_code == 404
    assert leader.get("/export/signs.xlsx").status_code == 200, "a refusal ends the turn"


def test_turns_hold_between_processes(tmp_path: Any) -> None:
    ours, theirs = Turns(tmp_path / "exports"), Turns(tmp_path / "exports")
    turn = ours.take("a" * 64)
    assert turn is not None
    assert theirs.take("a" * 64) is None and theirs.take("b" * 64) is not None
    turn.end()
    turn.end()
    again = theirs.take("a" * 64)
    assert again is not None
    again.end()


def test_a_long_table_is_cut_and_says_so(
    city: Site, visitors: dict[str, Visitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.desks.episodes.episodes_export.MAX_ROWS", 30)
    answer = visitors["admin"].get("/export/episodes.csv")
    assert len(rows_of(answer)) == 30
    assert "%E5%89%8D30%E8%A1%8C" in answer.headers["Content-Disposition"]
    second = book_of(visitors["admin"].get("/export/episodes.xlsx")).worksheets[1]
    assert any("已截断" in str(row[1].value) for row in second.iter_rows(max_row=8))


def test_asking_for_the_head_takes_nothing_away(city: Site) -> None:
    leader = city.person(Role.LEADER)
    before = len(city.log("export"))
    answer = leader.client.head("/export/signs.csv")
    assert answer.status_code == 405 and not answer.data
    assert len(city.log("export")) == before


def test_a_streets_table_claims_no_filter_that_it_does_not_have(city: Site) -> None:
    operator, street = city.person(Role.OPERATOR), city.services.catalogue.streets[0].code
    answer = operator.get(f"/export/street-signs.xlsx?code={street}&state=alarm")
    first, second = book_of(answer).worksheets
    assert first.max_row == len(city.services.catalogue.signs) + 1
    assert "状态" not in {row[0].value for row in second.iter_rows(max_row=12)}
