"""Targets on the pages and in exports: beside the value, in words, never met by what is old."""

import csv
import io
import json
from typing import Any

import pytest

from data_access.store.tables import rollup_day, rollup_hour
from domain.actor import Role
from domain.clock import DAY_MS, HOUR_MS
from domain.picture import Cell
from domain.sign import State
from tests.web.light_nodes import every, one
from tests.web.light_nodes import words as spaced
from tests.web.moments import live, publish, stale
from tests.web.site import Site, Visitor

LAMPS = "FAC-10"  # ≥ 98 % at this moment, district and streets
LEAKS = "FAC-04"  # ≤ 9 % over the month, the district alone


def words(node: Any) -> str:
    return " ".join(spaced(node).split())


def answer(visitor: Visitor, page: str, **question: Any) -> Any:
    got = visitor.callback(f"{page}-answer.data", {f"{page}-question.data": question})
    assert got.status_code == 200, got.text
    return got.json["response"][f"{page}-answer"]["data"]


def show(site: Site, lamps: Cell, street: Cell | None = None) -> None:
    """A city in which lamps (district, first street) and leaks have values."""
    city = site.services.catalogue
    first = city.counted[0].code
    publish(
        site,
        {
            (LAMPS, city.code): lamps,
            (LAMPS, first): street or lamps,
            (LEAKS, city.code): live(site, 20.0, State.NORMAL),
        },
    )


def a_month(site: Site, value: float) -> None:
    """Leaks of every day and hour of this month."""
    city, now = site.services.catalogue, site.clock.ms
    today = city.zone.day_start(now)
    row = (value * 100, 100.0, 1, value, value, value, False)
    days = [(city.code, LEAKS, today - n * DAY_MS, *row, 24.0, 0.0, 0.0, 0.0) for n in range(1, 32)]
    hours = [
        (city.code, LEAKS, today + n * HOUR_MS, *row, 1.0, 0.0, 0.0, 0.0)
        for n in range((now - today) // HOUR_MS)
    ]
    with site.db.write() as conn:
        site.db.upsert(conn, rollup_day, days)
        site.db.upsert(conn, rollup_hour, hours)


def row_of(body: Any, code: str) -> dict[str, str]:
    """The cells of a sign's row by column."""
    for row in every(body, "tr"):
        links = [a[1]["href"] for a in every(row, "a")]
        if any(href.split("?")[0] == f"/sign/{code}" for href in links):
            return {cell[1]["data-column"]: words(cell).strip() for cell in row[2:]}
    raise AssertionError(f"no row of {code}")


def taken(visitor: Visitor, path: str) -> dict[str, dict[str, str]]:
    got = visitor.get(path)
    assert got.status_code == 200, got.text
    rows = list(csv.DictReader(io.StringIO(got.data.decode("utf-8-sig"), newline="")))
    return {row.get("体征代码") or row["地点代码"]: row for row in rows}


@pytest.mark.parametrize(
    ("value", "said", "gap"),
    [(99.1, "达标 余量 1.1%", "1.1"), (96.0, "未达标 差 2.0%", "-2.0"), (98.0, "达标", "0.0")],
)
def test_a_value_against_its_target(site: Site, value: float, said: str, gap: str) -> None:
    city, leader = site.services.catalogue, site.person(Role.LEADER)
    show(site, live(site, value, State.NORMAL))
    head = words(answer(leader, "sign", code=LAMPS)["sign-head"])
    assert "目标值 ≥ 98.0% 即时" in head and said in head
    listed = row_of(answer(leader, "signs"), LAMPS)
    assert listed["target"] == "≥ 98.0% 即时" and listed["gap"] == said
    owner = city.sign[LAMPS].department
    own = row_of(answer(site.person(Role.DEPARTMENT, owner), "department", code=owner), LAMPS)
    assert own["target"] == listed["target"] and own["gap"] == said
    row = taken(leader, "/export/signs.csv")[LAMPS]
    assert (row["目标值"], row["目标值所指数值"], row["与目标值之差"]) == ("98.0", str(value), gap)
    assert row["是否达标"] == said.split()[0] and row["目标值时段"] == "即时"
    assert "CJJ 89" in row["目标值依据"] and "凭记忆" in row["目标值依据"]


def test_an_old_value_is_not_met_anywhere(site: Site) -> None:
    leader = site.person(Role.LEADER)
    sign = site.services.catalogue.sign[LAMPS]
    show(site, stale(site, sign, 99.9))
    found = answer(leader, "sign", code=LAMPS)
    assert "未知" in words(found["sign-head"]) and "达标" not in words(found["sign-head"])
    listed = row_of(answer(leader, "signs"), LAMPS)
    assert listed["gap"] == "未知"
    row = taken(leader, "/export/signs.csv")[LAMPS]
    assert row["是否达标"] == "未知" and row["与目标值之差"] == row["目标值所指数值"] == ""
    street = site.services.catalogue.counted[0].code
    assert taken(leader, f"/export/sign-streets.csv?sign={LAMPS}")[street]["是否达标"] == "未知"


def test_streets_have_the_target_of_streets(site: Site) -> None:
    city, leader = site.services.catalogue, site.person(Role.LEADER)
    first, second = city.counted[:2]
    show(site, live(site, 99.0, State.NORMAL), live(site, 97.0, State.ATTENTION))
    body = answer(leader, "sign", code=LAMPS)["sign-places"]
    gaps = {
        next(iter(every(row, "a")))[2]: words([c for c in row[2:] if c[1]["data-column"] == "gap"])
        for row in every(next(every(body, "tbody")), "tr")
    }
    assert gaps[first.name.zh].split() == ["未达标", "差", "1.0%"]
    assert gaps[second.name.zh].strip() in ("达标 余量 1.1%",)
    rows = taken(leader, f"/export/street-signs.csv?code={first.code}")
    assert rows[LAMPS]["是否达标"] == "未达标" and rows[LEAKS]["目标值"] == ""


def test_a_month_is_judged_by_the_month(site: Site) -> None:
    leader = site.person(Role.LEADER)
    show(site, live(site, 99.0, State.NORMAL))
    a_month(site, 7.5)
    head = words(answer(leader, "sign", code=LEAKS, period="30d")["sign-head"])
    assert "当月至今 7.5%" in head and "达标" in head and "余量 1.5%" in head
    assert "20.0%" in head, "the present value stands there as ever"
    assert "目标值" not in json.dumps(
        [h for h in every(answer(leader, "sign", code=LEAKS)["sign-places"], "th")],
        ensure_ascii=False,
    )


def test_a_month_of_which_little_is_known_is_not_judged(site: Site) -> None:
    leader = site.person(Role.LEADER)
    show(site, live(site, 99.0, State.NORMAL))
    head = words(answer(leader, "sign", code=LEAKS)["sign-head"])
    assert "未知" in head and "不足一半" in head and "达标" not in head
    assert row_of(answer(leader, "signs"), LEAKS)["gap"] == "未知"


def test_the_chart_has_the_line_and_the_definition_the_source(site: Site) -> None:
    leader = site.person(Role.LEADER)
    show(site, live(site, 99.0, State.NORMAL))
    for lang, said, basis in (
        ("zh", "目标值 ≥ 98.0% 即时", "凭记忆"),
        ("en", "Target ≥ 98.0% now", "from memory"),
    ):
        found = answer(leader, "sign", code=LAMPS, lang=lang)
        chart = json.loads(one(found["sign-course"], cls="sign-chart")[1]["data-chart"])
        (line,) = [mark for mark in chart["marks"] if mark["state"] == "target"]
        assert line["edge"] == 98.0 and line["said"] == said
        assert (line["from"], line["to"]) == (chart["from"], chart["to"])
        told = words(found["sign-definition"])
        assert basis in told and "2020-01-01" in told
    other = answer(leader, "sign", code="OPS-16")
    assert '"target"' not in json.dumps(other), "a sign without a target says nothing of one"


def test_a_table_without_any_target_has_no_columns(site: Site) -> None:
    leader = site.person(Role.LEADER)
    show(site, live(site, 99.0, State.NORMAL))
    found = answer(leader, "signs", q="OPS-16")
    assert [h[1]["data-column"] for h in every(found, "th")][-1] == "owner"
    assert not {"target", "gap"} & {h[1]["data-column"] for h in every(found, "th")}
    assert "目标值" not in next(iter(taken(leader, "/export/signs.csv?q=OPS-16").values()))
