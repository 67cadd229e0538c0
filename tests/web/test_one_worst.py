"""Every place that names a worst names the same, and all are judged by the same thresholds."""

import json
import zlib
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest

from data_access.catalogue.loader import load_catalogue
from data_access.intake import door as intake
from data_access.intake.kinds.reading import READING
from data_access.views.pictures import pack_picture, unpack_picture
from data_access.views.snapshots import stored_body
from domain.actor import Actor, Role
from domain.catalogue import Catalogue
from domain.clock import to_rfc3339
from domain.facts.reading import Reading
from domain.indicator import Rule
from domain.judging import lines_of
from domain.picture import NOTHING, Picture, how_bad, reached, troubles, worst_first
from domain.sign import GRADED, Sign, State
from tests.clocks import FixedClock
from tests.data.alarm_town import DEPTH, with_alarm
from tests.web.conftest import prepared
from tests.web.light_nodes import every, one, words
from tests.web.site import Site, Visitor
from tests.web.test_export import rows_of
from tests.web.test_live_scenes import City

LEADER = Actor("leader", Role.LEADER)
TOLD = 240  # readings of a random picture


def told(sign: Sign) -> bool:
    """Whether one reading of a street is its value, and the district's follows from streets."""
    plain = sign.derived is None and not sign.value_labels and not sign.derived_from
    return sign.at_street and plain and Rule.RATIO not in (sign.street_rule, sign.rule)


def send(city: City, rows: list[tuple[Sign, str, float]]) -> None:
    site, by_source = city.site, defaultdict[str, list[Reading]](list)
    at = to_rfc3339(site.clock.ms) or ""
    for sign, street, value in rows:
        row = Reading(
            source=sign.source, sign=sign.code, street=street, observed_at=at, value=value
        )
        by_source[sign.source].append(row)
    for source, readings in by_source.items():
        catalogue = site.services.catalogue
        found = intake.accept(READING, site.db, catalogue, source, readings, site.clock.ms, "api")
        assert found.accepted == len(readings)


def random_rows(catalogue: Catalogue, random: Random, now: int) -> list[tuple[Sign, str, float]]:
    """Values from typical to far beyond alarm; some stand exactly at the same depth."""
    signs = [sign for sign in catalogue.signs if told(sign)]
    pairs = [(sign, street.code) for sign in signs for street in catalogue.counted]
    found = []
    for sign, street in random.sample(pairs, TOLD):
        lines = lines_of(catalogue, sign, street, None, now)
        side = random.choice([s for s in (lines.higher, lines.lower) if s[2] is not None])
        alarm = side[2] or 0.0
        depth = random.choice([0.0, 0.4, 0.8, 1.0, 1.0, 1.2, 2.0])
        value = lines.typical + depth * (alarm - lines.typical)
        value = round(min(max(value, sign.value_min), sign.value_max), sign.decimals)
        found.append((sign, street, value))
    return found


def ask(visitor: Visitor, page: str, **question: Any) -> dict[str, Any]:
    got = visitor.callback(f"{page}-answer.data", {f"{page}-question.data": question})
    assert got.status_code == 200, got.text
    found: dict[str, Any] = got.json["response"][f"{page}-answer"]["data"]
    return found


def linked(body: Any, kind: str) -> list[str]:
    """The codes that links of a kind lead to, in their order."""
    links = [a[1].get("href", "") for a in every(body, "a")]
    return [h.split("/")[2].split("?")[0] for h in links if h.startswith(f"/{kind}/")]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_place_names_the_same_worst(site: Site, seed: int) -> None:
    city, catalogue = City(site), site.services.catalogue
    send(city, random_rows(catalogue, Random(seed), site.clock.ms))
    city.publish()
    leader = site.person(Role.LEADER)
    said = json.loads(stored_body(site.db, "screen") or b"")
    order = linked(ask(leader, "signs")["signs-body"], "sign")
    graded = [s["code"] for s in said["signs"] if s["state"] in GRADED]
    assert len(graded) > 3 and set(order[: len(graded)]) == set(graded)
    assert [d["sign"] for d in said["detractors"]] == order[: len(graded)]
    assert [row["体征代码"] for row in rows_of(leader.get("/export/signs.csv"))] == order
    for owner in {catalogue.sign[code].department for code in graded}:
        body = ask(leader, "department", code=owner)["department-body"]
        tables = every(body, "table", cls="department-table")
        (listed,) = [t for t in tables if any(every(t, "th", data_column="streets"))]
        own = [code for code in order if catalogue.sign[code].department == owner]
        assert linked(listed, "sign") == own, owner
    streets_agree(site, leader, said)
    scenes_agree(city, leader, said)
    alerts_agree(site, said)
    city.lane.drain()


def streets_agree(site: Site, leader: Visitor, said: Any) -> None:
    catalogue = site.services.catalogue
    listed = ask(leader, "streets")["streets-body"]
    for street in said["streets"]:
        code, worst = street["code"], street["sign"]
        troubles = ask(leader, "street", code=code)["street-troubles"]
        (row,) = every(listed, "tr", data_place=code)
        cell = words(one(row, "td", data_column="worst"))
        if worst is None:
            assert not [r for r in every(troubles, "tr") if r[1].get("data-state") in GRADED]
            continue
        first = next(r for r in every(troubles, "tr") if "data-sign" in r[1])
        assert first[1]["data-sign"] == worst, code
        assert catalogue.sign[worst].short.zh in cell, code


def scenes_agree(city: City, leader: Visitor, said: Any) -> None:
    counted = {street.code for street in city.site.services.catalogue.counted}
    known = [(s["code"], s["street"]) for s in said["signs"] if s["street"] is not None]
    assert len(known) > 20
    for sign, street in known[:20]:
        places = city.ask(f"/live/screen/sign/{sign}").json()["places"]
        assert places[0]["code"] == street, sign
        page = one(ask(leader, "sign", code=sign)["sign-places"], "table")
        known_there = [p["code"] for p in places if p["state"] != "unknown"]
        ranked = [
            code
            for a in every(page, "a")
            if (code := a[1]["href"].partition("street=")[2][:9]) in counted
        ]
        assert ranked[: len(known_there)] == known_there, sign


def alerts_agree(site: Site, said: Any) -> None:
    picture = site.services.pictures.now(LEADER)
    assert picture is not None
    rows = [
        how_bad(cell)
        for row in said["alerts"]
        if (cell := picture.cell(row["sign"], row["street"] or picture.district)) is not None
    ]
    graded = [row[:2] for row in rows]
    assert graded == sorted(graded) and len(rows) == len(said["alerts"]) > 20
    streets = [how_bad(c) for place, _, c in picture.every() if place != picture.district]
    assert rows[0][:2] <= min(streets)[:2]  # the district is named where it is graver than all
    first = {row["sign"]: row["street"] for row in reversed(said["alerts"])}
    worst = {s["code"]: s["street"] for s in said["signs"]}
    assert all(place is None or place == worst[sign] for sign, place in first.items())


def test_a_flicker_of_a_value_moves_no_sign_and_calm_signs_never() -> None:
    """In trouble a tenth of a grade is one step; within it, what has stood longer comes first."""

    def order(**badness: float) -> list[str]:
        cells = {
            code: NOTHING._replace(state=reached(bad), badness=bad, since=9 - n if bad >= 1 else 0)
            for n, (code, bad) in enumerate(badness.items())
        }
        return worst_first(cells, lambda code: cells[code])

    assert order(a=1.31, b=1.38) == order(a=1.38, b=1.31) == ["b", "a"]
    assert order(a=1.41, b=1.38) == ["a", "b"]
    assert order(a=1.99, b=2.01) == ["b", "a"]
    assert order(a=0.1, b=0.9, c=0.5) == ["a", "b", "c"]
    assert order(a=0.9, b=1.0, c=0.0) == ["b", "a", "c"]
    assert troubles([("calm", NOTHING._replace(state=State.NORMAL, badness=0.9))]) == []


def test_what_a_value_has_reached_follows_from_its_badness() -> None:
    states = [reached(badness) for badness in (0.0, 0.99, 1.0, 2.5, 3.0, 40.0)]
    normal, attention, warning, alarm = State.NORMAL, *GRADED
    assert states == [normal, normal, attention, warning, alarm, alarm]


def test_past_midnight_all_say_by_what_the_engine_judged(
    tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """New cut-offs are in force and the engine stands still: nobody judges by them before it."""
    clock = FixedClock(datetime(2026, 11, 23, 15, 59, 56, tzinfo=UTC))  # 23:59:56 in Pudong
    edited = with_alarm(load_catalogue("pudong"), DEPTH, 9.0, "2026-11-24")
    monkeypatch.setattr("dashboard.house.services.load_catalogue", lambda _city: edited)
    site = Site(prepared(tmp_path / "web", sqlite_template), clock)
    city, sign = City(site), edited.sign[DEPTH]
    old, new = sign.thresholds
    assert old.attention.high is not None and new.alarm.high == 9.0
    send(city, [(sign, edited.counted[0].code, old.attention.high + 0.5)])
    city.publish()
    before = told_everywhere(city, site.person(Role.LEADER))
    clock.step(8)  # 00:00:04
    assert told_everywhere(city, site.person(Role.LEADER)) == before
    assert before == ("attention", old.version, old.attention.high)
    city.publish()  # and publishing alone judges nothing
    assert told_everywhere(city, site.person(Role.LEADER)) == before
    city.engine.step(clock.ms)
    clock.step(2)
    city.publish()
    after = told_everywhere(city, site.person(Role.LEADER))
    assert after == ("alarm", new.version, 9.0)
    city.lane.drain()
    site.close()


def told_everywhere(city: City, leader: Visitor) -> tuple[str, int, float]:
    """State, version and threshold of the sign in the district, the same wherever it is shown."""
    page = ask(leader, "sign", code=DEPTH)
    head = words(page["sign-head"])
    version = int(head.partition("阈值第 ")[2].split()[0])
    judged = one(page["sign-definition"], "p", data_judged=str(version))
    assert str(version) in words(judged)
    gauge = one(one(page["sign-head"], "div", cls="sign-gauge"), "svg", role="img")
    state = one(gauge, cls="shape")[1]["data-state"]
    city.lane._signs[1]._kept.clear()  # as if the second that it is kept for had passed
    scene = city.ask(f"/live/screen/sign/{DEPTH}").json()
    wall = next(
        s for s in json.loads(stored_body(city.site.db, "screen") or b"")["signs"]
        if s["code"] == DEPTH
    )  # fmt: skip
    assert scene["lines"]["version"] == version
    assert scene["lines"][state][1] == wall["threshold"] == scene["district"]["threshold"]
    assert wall["state"] == scene["district"]["state"] == state
    row = next(
        r for r in rows_of(leader.get("/export/signs.csv")) if r["体征代码"] == DEPTH
    )  # fmt: skip
    assert float(row["越过的阈值"]) == wall["threshold"]
    assert row["状态"] in head
    return state, version, wall["threshold"]


def test_a_picture_of_the_version_before_is_read_and_says_nothing_of_judging(
    site: Site,
) -> None:
    """Its cells end before badness and version: shown without a mark until the engine publishes."""
    city = City(site)
    send(city, random_rows(site.services.catalogue, Random(4), site.clock.ms)[:20])
    city.publish()
    now = site.services.pictures.now(LEADER)
    assert now is not None
    rows = tuple(tuple(None if c is None else c[:9] for c in row) for row in now.cells)
    raw = msgspec.msgpack.encode(
        (now.version, now.as_of, now.catalogue, now.signs, now.places, rows, now.weights)
    )
    found = unpack_picture(zlib.compress(raw, 1))
    assert found is not None and isinstance(found, Picture)
    assert all((c.badness, c.version) == (None, None) for _, _, c in found.every())
    cut = [c._replace(badness=None, version=None) for _, _, c in now.every()]
    assert [c for _, _, c in found.every()] == cut
    assert unpack_picture(pack_picture(now)) == now
    city.lane.drain()
