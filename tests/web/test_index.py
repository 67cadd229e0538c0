"""/index: the wall's figure opened up; wall, page and export are of one picture and one sum."""

import csv
import io
import json
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from sqlalchemy import insert

from data_access.intake import door as intake
from data_access.intake.kinds.reading import READING
from data_access.scoring.index_course import index_course
from data_access.store.engine_state import write_indexes
from data_access.store.tables import index_history, rollup_hour
from data_access.views.snapshots import stored_body
from domain.actor import Actor, Role
from domain.clock import DAY_MS, HOUR_MS, MINUTE_MS, to_rfc3339
from domain.facts.reading import Reading
from domain.picture import NOTHING
from domain.sign import GRADED, Sign, State
from engine.loop import Engine
from engine.publisher import VIEW, Publisher
from tests.web.light_nodes import every, one, words
from tests.web.moments import live, publish, stale
from tests.web.site import Site, Visitor

MINUS = "−"
NOW_PAGE, PAST_PAGE = "index-answer.data", "index-past.data"


def answer(visitor: Visitor, output: str = NOW_PAGE, **question: Any) -> dict[str, Any]:
    got = visitor.callback(output, {"index-question.data": question})
    assert got.status_code == 200, got.text
    data: dict[str, Any] = got.json["response"][output.partition(".")[0]]["data"]
    return data


def rows_of(visitor: Visitor, path: str) -> list[dict[str, str]]:
    got = visitor.get(path)
    assert got.status_code == 200, got.text
    return list(csv.DictReader(io.StringIO(got.data.decode("utf-8-sig"), newline="")))


def taken(body: Any) -> dict[str, Decimal]:
    """Points by sign as they stand in the table of deductions."""
    rows = [row for row in every(body["index-taking"], "tr") if "data-sign" in row[1]]
    return {row[1]["data-sign"]: Decimal(words(one(row, "b")).replace(MINUS, "-")) for row in rows}


def figure(body: Any) -> Decimal:
    return Decimal(words(one(body, "p", data_figure="index")).strip())


def edge(sign: Sign, grade: int) -> float:
    """A value of the district that is normal (0) or as bad as the n-th grade."""
    if grade == 0:
        return sign.typical
    bounds = sign.thresholds[-1].bounds(GRADED[grade - 1])
    return bounds.high if bounds.high is not None else bounds.low or 0.0


@pytest.fixture(params=[3, 11])
def running(site: Site, request: pytest.FixtureRequest) -> Iterator[dict[str, Any]]:
    """What an engine has published of a city in some trouble: the wall's snapshot."""
    city, chance, now = site.services.catalogue, Random(request.param), site.clock.ms
    sent: dict[str, list[Reading]] = defaultdict(list)
    for sign in city.signs:
        if sign.derived is None and chance.random() < 0.95:
            value = edge(sign, chance.choices((0, 1, 2, 3), (80, 8, 6, 6))[0])
            at = to_rfc3339(now - 1000) or ""
            row = Reading(source=sign.source, sign=sign.code, observed_at=at, value=value)
            sent[sign.source].append(row)
    for source, rows in sent.items():
        assert intake.accept(READING, site.db, city, source, rows, now, "api").rejected == ()
    engine = Engine(site.db, city, now)
    while engine.turn():
        pass
    assert Publisher(site.db, site.services.redis, "test", now).publish(engine.city, now)
    body = stored_body(site.db, VIEW)
    assert body is not None
    yield json.loads(body)


def test_wall_page_and_export_say_the_same(site: Site, running: dict[str, Any]) -> None:
    leader = site.person(Role.LEADER)
    picture = site.services.pictures.now(Actor("x", Role.LEADER))
    assert picture is not None and picture.version == running["version"]
    body = answer(leader)
    on_wall = Decimal(str(running["index"]))
    assert figure(body) == on_wall == Decimal(str(picture.index(picture.district).value))
    shown = taken(body)
    assert len(shown) > 5
    assert shown == {d["sign"]: -Decimal(str(d["points"])) for d in running["detractors"]}
    assert list(shown) == [d["sign"] for d in running["detractors"]]
    assert 100 + sum(shown.values()) == on_wall
    sums = {n[1]["data-sum"]: words(n) for n in every(body["index-taking"], "dd")}
    assert Decimal(sums["lost"].replace(MINUS, "-")) == sum(shown.values())
    assert Decimal(sums["index"]) == on_wall
    low = one(body["index-unknown"], "p", cls="desk-note")[1]["data-low"]
    assert Decimal(low) == Decimal(str(running["index_low"]))
    dark = [row for row in every(body["index-unknown"], "tr") if "data-sign" in row[1]]
    assert len(dark) == running["index_excluded"] > 0
    rows = rows_of(leader, "/export/index.csv")
    assert len(rows) == len(site.services.catalogue.signs)
    points = [Decimal(row["扣分"]) for row in rows if row["扣分"]]
    assert 100 - sum(points) == on_wall
    most = sum(Decimal(row["最多扣分"]) for row in rows)
    assert max(Decimal(0), 100 - most) == Decimal(str(running["index_low"]))
    assert {row["权重版本"] for row in rows} == {"1"} == {row["阈值版本"] for row in rows}
    goals = {goal["code"]: goal["index"] for goal in running["goals"]}
    for node in every(body["index-head"], "div"):
        assert words(one(node, "dd")) == f"{goals[node[1]['data-goal']]:.1f}"


def test_what_a_hundred_cannot_give_is_given_back(site: Site) -> None:
    city = site.services.catalogue
    publish(site, {(s.code, city.code): live(site, 9.0, State.ALARM) for s in city.signs})
    body = answer(site.person(Role.LEADER))
    sums = {n[1]["data-sum"]: words(n) for n in every(body["index-taking"], "dd")}
    lost = sum(taken(body).values())
    assert (sums["index"], figure(body)) == ("0.00", Decimal(0))
    assert 100 + lost + Decimal(sums["floored"]) == 0


def test_silence_is_told_and_costs_the_lower_bound_alone(site: Site) -> None:
    city = site.services.catalogue
    first, second, third = city.signs[:3]
    publish(
        site,
        {
            (first.code, city.code): stale(site, first, 1.0),
            (second.code, city.code): NOTHING,
            (third.code, city.code): live(site, 9.0, State.WARNING),
        },
    )
    body = answer(site.person(Role.LEADER), lang="en")
    assert figure(body) == Decimal("99.25")
    assert "Were they all in alarm, each would take 2.00 and the index would be 95.25." in words(
        body["index-unknown"]
    )
    assert f"Signs that take nothing: {len(city.signs) - 3}" in words(body["index-calm"])
    assert f"Weights: version 1, since {city.weights[0].valid_from}." in words(body["index-rule"])


def test_too_little_known_is_no_good_news(site: Site) -> None:
    city = site.services.catalogue
    half = city.signs[: len(city.signs) // 2 + 1]
    publish(site, {(s.code, city.code): NOTHING for s in half})
    body = answer(site.person(Role.LEADER))
    assert "data-blind" in one(body, "p", data_figure="index")[1]
    assert "不足以判断" in words(body["index-head"])


def test_before_any_picture_it_says_so(site: Site) -> None:
    assert "尚未收到任何读数" in words(answer(site.person(Role.LEADER))["index-head"])


def test_a_wall_sees_the_same_and_is_offered_nothing_it_may_not_open(site: Site) -> None:
    city = site.services.catalogue
    publish(site, {(city.signs[0].code, city.code): live(site, 9.0, State.ALARM)})
    person, wall = answer(site.person(Role.LEADER)), answer(site.wall())
    assert figure(person) == figure(wall) == Decimal("98.00")
    assert list(every(person["index-taking"], "a")) and not list(every(wall, "a"))
    past = answer(site.wall(), PAST_PAGE)
    assert not [a for a in every(past, "a") if a[1]["href"].startswith("/export")]
    assert site.wall().get("/export/index.csv").status_code == 403
    page = site.wall().route("/index").text
    assert 'children":"退出"' not in page and 'type":"submit"' not in page


def test_a_department_is_offered_its_own_page_alone(site: Site) -> None:
    city = site.services.catalogue
    owners = {s.department: s for s in city.signs}
    mine, other = list(owners)[:2]
    both = (owners[mine].code, owners[other].code)
    publish(site, {(code, city.code): live(site, 9.0, State.ALARM) for code in both})
    body = answer(site.person(Role.DEPARTMENT, mine))
    found = {a[1]["href"] for a in every(body["index-taking"], "a")}
    assert f"/department/{mine}" in found and f"/department/{other}" not in found
    assert {f"/sign/{code}" for code in both} <= found


def chart(body: Any) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(one(body, "div", cls="sign-chart")[1]["data-chart"])
    return made


def test_the_course_has_what_was_written_and_gaps_where_it_was_not(site: Site) -> None:
    city, now = site.services.catalogue, site.clock.ms // MINUTE_MS * MINUTE_MS
    rows = [(city.code, now - n * MINUTE_MS, 90.0 + n / 100, 80.0, n == 7) for n in range(30)]
    with site.db.write() as conn:
        write_indexes(site.db, conn, [row for n, row in enumerate(rows) if n != 3])
    data = chart(answer(site.person(Role.LEADER), PAST_PAGE))
    (line,) = data["lines"]
    told = dict(zip(range(line["start"], now + 1, line["step"]), line["values"], strict=True))
    assert line["step"] == MINUTE_MS and data["to"] == now
    for n in range(30):
        want = None if n in (3, 7) else 90.0 + n / 100
        assert told[now - n * MINUTE_MS] == want, n
    assert told[now - 31 * MINUTE_MS] is None
    exported = rows_of(site.person(Role.LEADER), "/export/index-course.csv")
    assert [row["指数"] for row in exported][-1] == "90.00" and len(exported) == 29
    assert [row["可判断"] for row in exported].count("否") == 1


@pytest.mark.parametrize(
    ("period", "days", "most"), [("24h", 1, 1441), ("7d", 7, 674), ("30d", 30, 722)]
)
def test_a_longer_course_has_no_more_points(site: Site, period: str, days: int, most: int) -> None:
    city, now = site.services.catalogue, site.clock.ms // MINUTE_MS * MINUTE_MS
    rows = [(city.code, now - n * 5 * MINUTE_MS, 99.0, 90.0, False) for n in range(days * 288 + 20)]
    with site.db.write() as conn:
        write_indexes(site.db, conn, rows)
    (line,) = chart(answer(site.person(Role.LEADER), PAST_PAGE, period=period))["lines"]
    assert len(line["values"]) <= most
    holes = line["values"].count(None)
    assert holes == 0 or period == "24h"


def test_before_the_first_minute_hours_are_told_by_the_log(site: Site) -> None:
    city, now = site.services.catalogue, site.clock.ms
    hour = city.zone.slot_start(now, HOUR_MS) - 3 * HOUR_MS
    known = len(city.signs) - 4
    tier = []
    for n, sign in enumerate(city.signs[:known]):
        ill = (0.0, 0.0, 1.0) if n == 0 else (0.0, 0.5, 0.0) if n == 1 else (0.0, 0.0, 0.0)
        told = (1.0, 1.0, 1, 1.0, 1.0, 1.0, False)
        tier.append((city.code, sign.code, hour, *told, 1.0, *ill))
        if n < 10:  # an hour of which too little is known
            tier.append((city.code, sign.code, hour - HOUR_MS, *told, 1.0, *ill))
    with site.db.write() as conn:
        site.db.upsert(conn, rollup_hour, tier)
        write_indexes(site.db, conn, [(city.code, hour + HOUR_MS, 97.0, 90.0, False)])
    found = index_course(site.db, Actor("s", Role.SCREEN), city, now - DAY_MS, now)
    assert [(p.at, p.width_ms, p.blind) for p in found] == [
        (hour - HOUR_MS, HOUR_MS, True),
        (hour, HOUR_MS, False),
        (hour + HOUR_MS, 0, False),
    ]
    assert found[1].value == pytest.approx(100 - 2 - 0.375, abs=0.006)
    past = answer(site.person(Role.LEADER), PAST_PAGE)
    assert "按状态记录算出每小时均值" in words(past)
    (line,) = chart(past)["lines"]
    assert line["values"].count(found[1].value) == 59, "its last step is the first minute's"


def test_minutes_of_the_version_before_count_as_blind_at_the_lowest_bound(site: Site) -> None:
    city, now = site.services.catalogue, site.clock.ms // MINUTE_MS * MINUTE_MS
    with site.db.write() as conn:
        for at, low in ((now, 0.0), (now - MINUTE_MS, 3.0)):
            conn.execute(
                insert(index_history).values(unit=city.code, bucket=at, value=99.0, low=low)
            )
    found = index_course(site.db, Actor("s", Role.SCREEN), city, now - DAY_MS, now)
    assert [p.blind for p in found] == [False, True]
