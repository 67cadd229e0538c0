"""/episodes?show=counts: alarms counted by sign, in agreement with the log and its export."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from data_access.store.tables import published, state_history
from data_access.views.pictures import VIEW, pack_picture
from domain.actor import Role
from domain.clock import DAY_MS, HOUR_MS, MINUTE_MS
from domain.freshness import Freshness
from domain.picture import Cell, Picture
from domain.sign import Sign, State
from tests.web.site import Site, Visitor
from tests.web.test_episodes import answer, links, pair
from tests.web.test_sources import rows_of, words


@pytest.fixture(scope="module")
def city(shared_site: Site) -> Iterator[Site]:
    """Five short alarms of one sign, two warnings of another: one long, one begun a week ago."""
    catalogue, now = shared_site.services.catalogue, shared_site.clock.ms
    sign, other = pair(shared_site)
    first, second = (s.code for s in catalogue.streets[:2])
    rows: list[Any] = []
    for n in range(5):
        at = now - (n + 1) * HOUR_MS
        rows.append((first, sign.code, at, "alarm", 9.0, 1, None, None, False))
        rows.append(
            (first, sign.code, at + (n + 1) * MINUTE_MS, "normal", 1.0, 1, None, None, False)
        )
    rows.append((first, other.code, now - 3 * HOUR_MS, "warning", 5.0, 1, None, None, False))
    rows.append((second, other.code, now - 8 * DAY_MS, "warning", 5.0, 1, None, None, False))
    rows.append((second, other.code, now - 2 * HOUR_MS, "normal", 1.0, 1, None, None, False))
    with shared_site.db.write() as conn:
        shared_site.db.upsert(conn, state_history, rows)
    yield shared_site


def counts(visitor: Visitor, **question: Any) -> dict[str, list[str]]:
    """The rows by sign; the last one, of all signs, under ""."""
    body = answer(visitor, show="counts", **question)["episodes-body"]
    if not any(node[0] == "table" for node in body):
        return {}
    found = {}
    for row in rows_of(body, "count-table"):
        cells = {cell[1]["data-column"]: words(cell) for cell in row[2:]}
        found[row[1].get("data-sign", "")] = [
            cells[n] for n in ("began", "held", "still", "spent", "longest", "median", "places")
        ]
    return found


def exported(visitor: Visitor, table: str, **query: str) -> list[dict[str, str]]:
    got = visitor.get(f"/export/{table}.csv?" + "&".join(f"{k}={v}" for k, v in query.items()))
    assert got.status_code == 200, got.text
    return list(csv.DictReader(io.StringIO(got.data.decode("utf-8-sig"), newline="")))


def signs_of(city: Site) -> tuple[Sign, Sign]:
    sign, other = pair(city)
    return sign, other


def test_counts_by_sign_and_in_all(city: Site) -> None:
    sign, other = signs_of(city)
    leader = city.person(Role.LEADER)
    assert counts(leader, period="24h") == {
        sign.code: ["5", "5", "0", "0.2 小时", "5 分钟", "3 分钟", "1"],
        other.code: ["1", "2", "1", "25.0 小时", "3 小时", "3 小时", "2"],
        "": ["6", "7", "1", "25.2 小时", "3 小时", "3 分钟", "2"],
    }
    every = counts(leader)
    assert every[other.code][:3] == ["2", "2", "1"] and every[other.code][4] == "7 天"
    alone = counts(leader, period="24h", state="warning")
    assert set(alone) == {other.code, ""}
    assert counts(leader, period="24h", state="attention") == {}


@pytest.mark.parametrize("period", [None, "today", "24h", "7d", "30d", "own"])
@pytest.mark.parametrize("state", [None, "alarm", "warning"])
def test_the_counts_are_the_rows_of_the_log(
    city: Site, period: str | None, state: str | None
) -> None:
    leader, zone = city.person(Role.LEADER), city.services.catalogue.zone
    asked = {"state": state, "period": period}
    if period == "own":
        day = zone.date(city.clock.ms)
        asked |= {"period": "custom", "from": f"{day}T00:30", "to": f"{day}T08:30"}
    query = {name: value for name, value in asked.items() if value}
    listed = exported(leader, "episodes", **query)
    counted = counts(leader, **query)
    taken = {row["体征代码"]: row for row in exported(leader, "episode-counts", **query)}
    assert set(taken) == set(counted) - {""}
    for code, row in taken.items():
        mine = [r for r in listed if r["体征代码"] == code]
        assert len(mine) == int(row["其间开始"]) == int(counted[code][0])
        if mine:
            longest = max(float(r["持续（分钟）"]) for r in mine)
            assert float(row["最长（分钟）"]) == pytest.approx(longest, abs=0.11)
    assert sum(int(n) for n in (row["其间开始"] for row in taken.values())) == len(listed)
    if counted:
        assert int(counted[""][0]) == len(listed)


def test_a_count_leads_to_its_rows_and_heads_sort(city: Site) -> None:
    sign, other = signs_of(city)
    leader = city.person(Role.LEADER)
    data = answer(leader, show="counts", period="24h", lang="en")
    body = data["episodes-body"]
    (row,) = [r for r in rows_of(body, "count-table") if r[1].get("data-sign") == sign.code]
    address = urlsplit(links(row)["5"])
    asked = {name: value for name, (value,) in parse_qs(address.query).items()}
    assert asked == {"period": "24h", "sign": sign.code, "lang": "en"}
    rows = rows_of(answer(leader, **asked)["episodes-body"], "episode-table")
    assert len(rows) == 5
    orders = {}
    for sort in (None, "-began", "spent", "sign", "-sign", "junk"):
        found = rows_of(
            answer(leader, show="counts", period="24h", sort=sort)["episodes-body"], "count-table"
        )
        assert "data-total" in found[-1][1], "the sum stands last in any order"
        orders[sort] = [r[1]["data-sign"] for r in found[:-1]]
    assert orders[None] == orders["junk"] == [sign.code, other.code]
    assert orders["-began"] == orders["spent"] == [other.code, sign.code]
    assert orders["sign"] == orders["-sign"][::-1]
    heads = json.dumps(body, ensure_ascii=False)
    assert "sort=spent" in heads and '"aria-sort": "descending"' in heads


def test_a_department_counts_what_its_log_holds(city: Site) -> None:
    for sign, other in (signs_of(city), signs_of(city)[::-1]):
        visitor = city.person(Role.DEPARTMENT, sign.department)
        found = counts(visitor, period="24h")
        assert set(found) == {sign.code, ""}
        assert {r["体征代码"] for r in exported(visitor, "episode-counts")} == {sign.code}
        for asked in ({"sign": other.code}, {"department": other.department}):
            refused = answer(visitor, show="counts", **asked)
            assert "只对其归口部门开放" in words(refused) and other.name.zh not in words(
                refused["episodes-body"]
            )
            path = "/export/episode-counts.csv?" + "&".join(f"{k}={v}" for k, v in asked.items())
            assert visitor.get(path).status_code == 403


def test_a_value_that_went_stale_ended_its_episode_here_as_in_the_log(site: Site) -> None:
    """Nobody has recorded the end yet: the picture of now tells it."""
    catalogue, now = site.services.catalogue, site.clock.ms
    sign = catalogue.signs[0]
    at = now - 2 * HOUR_MS - sign.stale_after_s * 1000
    old = Cell(9.5, State.UNKNOWN, Freshness.STALE, at, None, False)
    picture = Picture(
        1, now, catalogue.version, (sign.code,), (catalogue.code,), ((old,),), catalogue.weights[-1]
    )
    row = (catalogue.code, sign.code, at, "alarm", 9.5, 1, None, None, False)
    with site.db.write() as conn:
        site.db.upsert(conn, published, [(VIEW, 1, now, pack_picture(picture))])
        site.db.upsert(conn, state_history, [row])
    leader = site.person(Role.LEADER)
    (listed,) = exported(leader, "episodes")
    (counted,) = exported(leader, "episode-counts")
    assert counted["期末未解除"] == "0"
    assert counted["最长（分钟）"] == listed["持续（分钟）"] == f"{sign.stale_after_s / 60:.1f}"
