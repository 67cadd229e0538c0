"""/streets: every place once, what is said of it, and the filters of its address."""

import json
from typing import Any

import pytest

from dashboard.desks.street.street_question import SORTS
from data_access.store.engine_state import write_indexes
from domain.actor import Actor, Role
from domain.clock import DAY_MS, MINUTE_MS
from domain.indicator import Rule
from domain.picture import NOTHING
from domain.sign import State
from tests.web.light_nodes import every, one, words
from tests.web.moments import live, publish, stale
from tests.web.site import Site, Visitor

OUTPUT = "streets-answer.data"


def answer(visitor: Visitor, **question: Any) -> dict[str, Any]:
    got = visitor.callback(OUTPUT, {"streets-question.data": question})
    assert got.status_code == 200, got.text
    data: dict[str, Any] = got.json["response"]["streets-answer"]["data"]
    return data


def rows(body: Any) -> dict[str, dict[str, str]]:
    """Place code → column → text, in the order of the table."""
    table = one(body, "table", cls="street-table")
    return {
        row[1]["data-place"]: {cell[1]["data-column"]: words(cell).strip() for cell in row[2:]}
        for row in every(table, "tr")
        if "data-place" in row[1]
    }


@pytest.fixture
def troubled(site: Site) -> tuple[str, str, str]:
    """A street in alarm, a town in attention, an area with one sign of 96; their codes."""
    city = site.services.catalogue
    street, town, area = (
        next(s.code for s in city.streets if s.kind == k) for k in ("street", "town", "area")
    )
    first, second, third = [s for s in city.signs if s.at_street and not s.value_labels][:3]
    planted = {
        (first.code, street): live(site, 9.0, State.ALARM),
        (second.code, street): stale(site, second, 1.0),
        (third.code, town): live(site, 2.0, State.ATTENTION),
        **{(s.code, area): NOTHING for s in city.signs if s.at_street},
        (first.code, area): live(site, 1.0, State.NORMAL),
    }
    publish(site, planted)
    return street, town, area


def test_every_place_with_its_counts(site: Site, troubled: tuple[str, str, str]) -> None:
    city = site.services.catalogue
    street, town, area = troubled
    body = answer(site.person(Role.LEADER))
    found = rows(body["streets-body"])
    assert list(found) == [s.code for s in city.streets], "in official order, areas last"
    absent = sum(s.street_rule is Rule.NA for s in city.signs)
    whole = sum(s.whole_only for s in city.signs)
    assert (absent, whole) == (14, 7)
    applies = len(city.signs) - absent - whole
    assert {k: found[street][k] for k in ("state", "alarm", "normal", "stale", "unknown")} == {
        "state": "告警", "alarm": "1", "normal": str(applies - 2), "stale": "1", "unknown": "0",
    }  # fmt: skip
    assert found[town]["state"] == "关注" and found[town]["attention"] == "1"
    assert (found[area]["state"], found[area]["unknown"]) == ("无数据", str(applies - 1))
    for row in found.values():
        names = ("alarm", "warning", "attention", "normal", "stale", "unknown", "absent", "whole")
        assert sum(int(row[name]) for name in names) == len(city.signs)
        assert (row["absent"], row["whole"]) == (str(absent), str(whole))
    said = words(body["streets-head"])
    name = city.street[street].name.zh
    assert f"{len(city.counted)} 个街镇中，1 个告警、1 个关注" in said
    assert f"指数最低的是{name}" in said and "与街镇重叠，不计入全区" in said


@pytest.mark.parametrize(
    ("heard", "alive", "zh", "en"),
    [
        (0, 0, "尚未收到任何读数", "No reading has arrived yet"),
        (
            5,
            0,
            "街镇数据均已过期：36 个街镇中 5 个报过数，最近一次在",
            "All street data are stale: 5 of 36",
        ),
        (
            5,
            1,
            "36 个街镇的数据都不足一半，无法判断是否正常",
            "whether they are normal cannot be told",
        ),
    ],
)
def test_stale_data_alone_are_neither_calm_nor_nothing(
    site: Site, heard: int, alive: int, zh: str, en: str
) -> None:
    city = site.services.catalogue
    sign = next(s for s in city.signs if s.at_street)
    planted = {(s.code, p.code): NOTHING for s in city.signs for p in city.streets if s.at_street}
    for place in city.counted[:heard]:
        planted[sign.code, place.code] = stale(site, sign, 1.0)
    for place in city.counted[:alive]:
        planted[sign.code, place.code] = live(site, 1.0, State.NORMAL)
    publish(site, planted)
    leader = site.person(Role.LEADER)
    assert zh in words(answer(leader)["streets-head"])
    assert en in words(answer(leader, lang="en")["streets-head"])


def test_the_index_is_the_pictures_and_the_past_is_what_was_written(
    site: Site, troubled: tuple[str, str, str]
) -> None:
    street, town, _ = troubled
    minute = site.clock.ms // MINUTE_MS * MINUTE_MS
    with site.db.write() as conn:
        write_indexes(
            site.db,
            conn,
            [
                (street, minute - DAY_MS, 91.04, 80.0, False),
                (street, minute - 7 * DAY_MS - MINUTE_MS, 97.51, 80.0, False),
                (town, minute - 2 * DAY_MS, 50.0, 40.0, False),
            ],
        )
    leader = site.person(Role.LEADER)
    found = rows(answer(leader)["streets-body"])
    picture = site.services.pictures.now(Actor("test", Role.LEADER))
    assert picture is not None
    index = picture.index(street).value
    assert index is not None and found[street]["index"] == f"{index:.1f}"
    assert found[street]["day"].split() == ["91.0", f"+{index - 91.0:.1f}"]
    assert found[street]["week"].split()[0] == "97.5"
    assert (found[town]["day"], found[town]["week"]) == ("—", "—")


def test_every_order_keeps_every_place(site: Site, troubled: tuple[str, str, str]) -> None:
    city, leader = site.services.catalogue, site.person(Role.LEADER)
    for sort in (*SORTS, *(f"-{name}" for name in SORTS)):
        found = list(rows(answer(leader, sort=sort)["streets-body"]))
        assert sorted(found) == sorted(city.street), sort
        areas = [code for code in found if not city.street[code].counts]
        assert found[-len(areas) :] == areas, sort


def test_orders_and_filters(site: Site, troubled: tuple[str, str, str]) -> None:
    city, leader = site.services.catalogue, site.person(Role.LEADER)
    street, town, area = troubled
    assert list(rows(answer(leader, sort="state")["streets-body"]))[:2] == [street, town]
    assert next(iter(rows(answer(leader, sort="index")["streets-body"]))) == street
    people = [
        city.street[code].population or 0
        for code in rows(answer(leader, sort="population", kind="town")["streets-body"])
    ]
    assert people == sorted(people, reverse=True)
    assert len(people) == sum(s.kind == "town" for s in city.streets)
    assert list(rows(answer(leader, state="attention")["streets-body"])) == [town]
    assert list(rows(answer(leader, state="unknown", kind="area")["streets-body"])) == [area]
    body = answer(leader, state="warning", lang="en")
    assert "No street or town meets this choice." in words(body["streets-body"])
    hrefs = [link[1]["href"] for link in every(body["streets-head"], "a", cls="choice")]
    assert "/streets?state=alarm&lang=en" in hrefs
    assert "/streets?kind=town&state=warning&lang=en" in hrefs


def test_the_router_keeps_the_question_and_drops_junk(site: Site) -> None:
    leader = site.person(Role.LEADER)
    kept = leader.route("/streets", "?kind=town&state=alarm&sort=-index&pick=b,a&lang=en").text
    stored = {"kind": "town", "state": "alarm", "sort": "-index", "pick": "a,b", "lang": "en"}
    stored["theme"] = None
    assert json.dumps(stored, separators=(",", ":")) in kept
    junk = leader.route("/streets", "?kind=moon&state=bad&sort=--index&pick=,/%00&theme=x").text
    stored = {"kind": None, "state": None, "sort": None, "pick": None, "lang": "zh"}
    stored["theme"] = None
    assert json.dumps(stored, separators=(",", ":")) in junk


def test_the_map_shows_every_street_in_its_state(
    site: Site, troubled: tuple[str, str, str]
) -> None:
    city = site.services.catalogue
    street, town, _ = troubled
    body = answer(site.person(Role.LEADER))["streets-map"]
    shapes = {n[1]["data-code"]: n for n in every(body, "path", cls="street")}
    assert set(shapes) == {s.code for s in city.counted}
    assert shapes[street][1]["data-state"] == "alarm" and "告警" in words(shapes[street])
    assert shapes[town][1]["data-state"] == "attention"
    picks = {f"/streets?pick={s.code}" for s in city.counted}
    assert {n[1]["href"] for n in every(body, "a")} == picks
    assert "示意图" in words(body)


def test_before_the_first_picture_nothing_is_made_up(site: Site) -> None:
    body = answer(site.person(Role.LEADER))
    assert "尚未收到任何读数" in words(body)
    assert list(every(body, "table")) == []
