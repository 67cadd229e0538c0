"""/episodes: what it lists for whom, page by page, with every filter in the address."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from data_access.series.episodes import PAGE
from data_access.series.terms import remember_terms
from data_access.store.tables import state_history
from domain.actor import Role
from domain.clock import DAY_MS, MINUTE_MS
from domain.indicator import Direction
from domain.text import Text
from tests.web.site import Site, Visitor
from tests.web.test_sources import rows_of, words

OUTPUT = "episodes-answer.data"
MANY = 2 * PAGE + 20


UNTOLD = (None, None, False)  # no cut-off, no cause, not a demonstration


@pytest.fixture(scope="module")
def city(shared_site: Site) -> Iterator[Site]:
    """A log of alarms of one sign at every instant, and a warning of another one."""
    catalogue, now = shared_site.services.catalogue, shared_site.clock.ms
    sign, other = pair(shared_site)
    street = catalogue.streets[0].code
    rows: list[Any] = [
        (
            *(
                catalogue.code,
                sign.code,
                now - n * MINUTE_MS,
                ("alarm", "normal")[n % 2],
                float(n),
                1,
            ),
            *UNTOLD,
        )
        for n in range(2 * MANY)
    ]
    rows.append((street, other.code, now - 2 * DAY_MS, "warning", 17.0, 2, *UNTOLD))
    with shared_site.db.write() as conn:
        shared_site.db.upsert(conn, state_history, rows)
    yield shared_site


def pair(site: Site) -> Any:
    """Two signs of different owners, plain numbers both."""
    signs = [s for s in site.services.catalogue.signs if not s.value_labels]
    return signs[0], next(s for s in signs if s.department != signs[0].department)


def answer(visitor: Visitor, **question: Any) -> dict[str, Any]:
    got = visitor.callback(OUTPUT, {"episodes-question.data": question})
    assert got.status_code == 200, got.text
    data: dict[str, Any] = got.json["response"]["episodes-answer"]["data"]
    return data


def listed(data: dict[str, Any]) -> list[str]:
    body = data["episodes-body"]
    if not any(node[0] == "table" for node in body):
        return []
    return [words(row) for row in rows_of(body, "episode-table")]


def links(node: Any, found: dict[str, str] | None = None) -> dict[str, str]:
    """Text → address of every link."""
    found = {} if found is None else found
    if isinstance(node, list):
        if len(node) > 1 and node[0] == "a":
            found[words(node)] = node[1]["href"]
        for child in node:
            links(child, found)
    return found


def asked(href: str) -> dict[str, str]:
    return dict(part.split("=") for part in href.partition("?")[2].replace("%7E", "~").split("&"))


def test_pages_lead_through_the_whole_log_and_back(city: Site) -> None:
    leader = city.person(Role.LEADER)
    seen, question = [], {}
    for _ in range(3):
        data = answer(leader, state="alarm", **question)
        seen.append(listed(data))
        older = links(data["episodes-body"]).get("较早一页")
        question = asked(older) if older else {}
        question.pop("state", None)
    assert [len(page) for page in seen] == [PAGE, PAGE, 20] and not question
    assert len({row for page in seen for row in page}) == MANY
    back = asked(links(data["episodes-body"])["较新一页"])
    assert listed(answer(leader, **back)) == seen[1]
    assert "最新" in links(data["episodes-body"])
    assert f"共 {MANY} 条记录" in words(data["episodes-body"])


def test_filters_stand_in_every_link(city: Site) -> None:
    sign, _ = pair(city)
    leader = city.person(Role.LEADER)
    data = answer(leader, state="alarm", sign=sign.code, lang="en", theme="dark")
    for text, href in links(data).items():
        if href.startswith(("/episodes", "/export")):
            assert f"sign={sign.code}" in href and "lang=en" in href, text
    week = links(data["episodes-head"])["7 days"]
    assert week.startswith("/episodes?state=alarm&") and "&period=7d" in week
    exports = links(data["episodes-body"])
    assert exports["CSV"].startswith("/export/episodes.csv?state=alarm&sign=")
    assert leader.get(exports["XLSX"]).status_code == 200
    fields = json.dumps(data["episodes-head"], ensure_ascii=False)
    assert '"name": "state", "value": "alarm"' in fields, "a form keeps the other filters"


def test_the_period_and_an_open_episode(city: Site) -> None:
    _, other = pair(city)
    leader = city.person(Role.LEADER)
    assert listed(answer(leader, sign=other.code, period="24h")) == []
    assert "没有符合条件的记录" in words(answer(leader, sign=other.code, period="24h"))
    (row,) = listed(answer(leader, sign=other.code, period="7d"))
    for text in ("预警", other.name.zh, other.code, "未解除，数据已过期", "2 天", "17", "第 2 版"):
        assert text in row, text


def test_a_department_sees_its_own_signs_only(city: Site) -> None:
    for sign, other in (pair(city), pair(city)[::-1]):
        visitor = city.person(Role.DEPARTMENT, sign.department)
        data = answer(visitor)
        assert listed(data) and all(sign.code in row for row in listed(data))
        assert "只列本部门归口的体征" in words(data["episodes-body"])
        assert other.code not in json.dumps(data)
        for question in (
            {"sign": other.code},
            {"department": other.department},
            {"sign": other.code, "department": sign.department},
        ):
            refused = answer(visitor, **question)
            assert listed(refused) == [] and "只对其归口部门开放" in words(refused)
    assert {entry.action for entry in city.log("denied.episodes")} == {"denied.episodes"}


@pytest.mark.parametrize(
    "junk",
    [
        {"state": "normal"},
        {"after": "x~y~z", "before": 7},
        {"after": "999999999999999~a~b"},
        {"sign": "'; DROP TABLE x"},
        {"period": ["24h"], "place": {"a": 1}},
        {"place": "\u0000"},
    ],
)
def test_what_is_not_understood_is_not_asked(city: Site, junk: dict[str, Any]) -> None:
    assert city.person(Role.LEADER).callback(
        OUTPUT, {"episodes-question.data": junk}
    ).status_code in (200, 400)


def test_the_router_keeps_the_question(city: Site) -> None:
    routed = city.person(Role.LEADER).route("/episodes", "?state=alarm&after=17~x~y&lang=en&z=1")
    assert '"state":"alarm"' in routed.text and '"after":"17~x~y"' in routed.text


def test_a_row_tells_names_and_cut_offs_of_then_and_why_it_ended(site: Site) -> None:
    """Renamed since, in another unit, and at last out of the catalogue."""
    catalogue, now = site.services.catalogue, site.clock.ms
    gone = replace(
        catalogue.signs[5],
        code="OLD-1",
        name=Text(zh="旧体征", en="Old sign"),
        measured_in=Text(zh="斗", en="dou"),
        decimals=1,
        value_labels=(),
        direction=Direction.HIGHER_WORSE,
    )
    place = catalogue.code
    remember_terms(site.db, replace(catalogue, signs=(*catalogue.signs, gone)), now - 9 * DAY_MS)
    known = catalogue.signs[6]
    renamed = replace(known, name=Text(zh="新名称", en="New name"))
    signs = tuple(renamed if s is known else s for s in catalogue.signs)
    remember_terms(site.db, replace(catalogue, signs=signs), now - DAY_MS)
    day = 24 * 60 * MINUTE_MS
    rows = [
        (place, "OLD-1", now - 400 * day, "alarm", 90.04, 3, 80.0, None, False),
        (place, "OLD-1", now - 399 * day, "unknown", None, 3, None, "withdrawn", False),
        (place, known.code, now - 3 * day, "warning", 5.0, 1, 4.0, None, False),
        (place, known.code, now - 2 * day, "normal", 5.0, 2, None, "cutoffs", False),
        (place, known.code, now - day, "alarm", 9.0, 2, 8.0, None, False),
        (place, known.code, now - day + 180_000, "unknown", None, 2, None, "silent", False),
    ]
    with site.db.write() as conn:
        site.db.upsert(conn, state_history, rows)
    leader = site.person(Role.LEADER)
    new, old, oldest = listed(answer(leader))
    for text in ("新名称", "3 分钟", "无数据", "第 2 版"):
        assert text in new, text
    for text in (known.name.zh, "口径变更", "1 天", "第 1 版"):
        assert text in old, text
    for text in ("旧体征", "2025-10-19 10:00:00", "90.0", "斗", "第 3 版 ≥ 80.0 斗", "已停用"):
        assert text in oldest, text
    lines = leader.get("/export/episodes.csv").text.splitlines()
    assert "旧体征" in lines[-1] and lines[-1].rstrip().endswith("80.0,已停用")
    assert ",1440.0," in lines[-1]
