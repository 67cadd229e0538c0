"""/rankings and /department: what they say, and what they keep to themselves."""

import json
import random
from typing import Any

import pytest

from dashboard.words.labels import table as labels
from data_access.rankings.standings import receipt
from data_access.scoring.departments import department_days, open_department
from data_access.store.tables import latest, rollup_day, rollup_hour
from domain.actor import Actor, Forbidden, Role
from domain.catalogue import Catalogue
from domain.clock import DAY_MS
from domain.scoring.ranking import Why
from domain.scoring.receipt import Unusable
from domain.span import Span
from tests.web.site import Site, Visitor

RANKINGS, DEPARTMENT = "rankings-answer.data", "department-answer.data"
DAYS = 16


@pytest.fixture(scope="module")
def told(shared_site: Site) -> Site:
    """Two weeks of days in which every sign of every place had troubles of its own."""
    city, dice = shared_site.services.catalogue, random.Random(5)
    today = city.zone.day_start(shared_site.clock.ms)
    rows, first, now = [], [], []
    for place in (city.code, *(s.code for s in city.streets)):
        for n, sign in enumerate(city.signs):
            if place != city.code and not sign.at_street:
                continue
            known = 24.0  # hours
            for back in range(DAYS):
                alarm = known * dice.random() / 40
                silent = place == city.streets[0].code and n % 2 == 0
                cases = (8_000.0 + 10 * n, 100.0)
                spent = (0.0 if silent else known, 0.0, 0.0, 0.0 if silent else alarm)
                start = today - back * DAY_MS
                rows.append((place, sign.code, start, *cases, 1, 1.0, 1.0, 1.0, False, *spent))
            first.append(rows[-1])
            said = (sign.typical, today, 1.0, 1.0, 1, "normal", today, 1, False)
            now.append((place, sign.code, *said))
    with shared_site.db.write() as conn:
        shared_site.db.upsert(conn, rollup_day, rows)
        shared_site.db.upsert(conn, rollup_hour, first)
        shared_site.db.upsert(conn, latest, now)
    return shared_site


@pytest.fixture
def city(told: Site) -> Catalogue:
    return told.services.catalogue


def answer(visitor: Visitor, output: str, **question: Any) -> Any:
    page = output.split("-")[0]
    got = visitor.callback(output, {f"{page}-question.data": question})
    assert got.status_code == 200, got.text
    told: Any = got.json
    return told["response"][f"{page}-answer"]["data"]


def words(node: Any) -> str:
    if isinstance(node, dict):
        return " ".join(words(value) for value in node.values())
    if isinstance(node, str):
        return node
    return " ".join(words(child) for child in (node[2:] if is_element(node) else node))


def is_element(node: Any) -> bool:
    return isinstance(node, list) and len(node) > 1 and isinstance(node[1], dict)


def find(node: Any, name: str) -> list[Any]:
    """Every element with that attribute."""
    if isinstance(node, dict):
        return [hit for value in node.values() for hit in find(value, name)]
    if not isinstance(node, list):
        return []
    mine = [node] if is_element(node) and name in node[1] else []
    children = node[2:] if is_element(node) else node
    return mine + [hit for child in children for hit in find(child, name)]


def owners(city: Catalogue) -> list[str]:
    return sorted({sign.department for sign in city.signs})


def test_streets_are_ranked_among_streets(told: Site, city: Catalogue) -> None:
    body = answer(told.person(Role.LEADER), RANKINGS, of="streets", period="7d")
    ranked = {row[1]["data-code"] for row in find(body, "data-code")}
    streets = {s.code for s in city.streets if s.kind == "street"}
    out = city.streets[0]
    assert ranked == streets - {out.code}
    said = words(body)
    assert f"{len(streets) - 1} 个参评，1 个不参评（可用体征不足 1 个）" in said
    assert out.name.zh in said and "低于 70%" in said
    assert "第 1–" in said and "较上期" in said and "剔除" in said


def test_areas_stand_alone(told: Site, city: Catalogue) -> None:
    body = answer(told.person(Role.LEADER), RANKINGS, of="areas", period="7d")
    ranked = {row[1]["data-code"] for row in find(body, "data-code")}
    assert ranked == {s.code for s in city.streets if s.kind == "area"}
    assert "与街镇重叠" in words(body)


def test_a_rate_says_its_numerator_and_denominator(told: Site, city: Catalogue) -> None:
    leader = told.person(Role.LEADER)
    body = answer(leader, RANKINGS, of="towns", period="7d", measure="OPS-06")
    assert city.sign["OPS-06"].name.zh in words(body)
    counts = [
        words(td)
        for td in find(body, "data-column")
        if td[0] == "td" and td[1]["data-column"] == "counts"
    ]
    assert counts and all(" / " in text for text in counts)
    code = next(s.code for s in city.streets if s.kind == "town")
    panel = answer(leader, RANKINGS, of="towns", period="7d", measure="OPS-06", receipt=code)
    assert "组均值" in words(panel) and "Wilson" in words(panel)


def test_a_young_store_says_since_when(told: Site, city: Catalogue) -> None:
    body = answer(
        told.person(Role.LEADER),
        RANKINGS,
        **{"of": "streets", "period": "custom", "from": "2026-06-01", "to": "2026-11-22"},
    )
    assert "起才有" in words(body)
    young = answer(told.person(Role.LEADER), RANKINGS, of="streets", period="7d")
    assert "起才有" not in words(young)


@pytest.mark.parametrize("of", ["streets", "areas", "departments"])
def test_every_period_has_an_answer(told: Site, of: str) -> None:
    leader = told.person(Role.LEADER)
    for period, lang in (("today", "zh"), ("month", "en"), (None, "en")):
        assert answer(leader, RANKINGS, of=of, period=period, lang=lang)["rankings-body"]


def test_an_empty_store_says_so(site: Site) -> None:
    body = answer(site.person(Role.LEADER), RANKINGS, of="towns")
    assert "没有可以排名的数据" in words(body)
    assert "没有归口" not in words(body)
    page = answer(site.person(Role.LEADER), DEPARTMENT, code=owners(site.services.catalogue)[0])
    assert "还没有完整的一天" in words(page) and "等待" in words(page)


def test_the_receipt_of_every_department_adds_up_for_a_leader(told: Site, city: Catalogue) -> None:
    leader = told.person(Role.LEADER)
    for code in owners(city):
        body = answer(leader, DEPARTMENT, code=code, period="7d")
        lines = sum(int(row[1]["data-points"]) for row in find(body, "data-points"))
        total = next(cell for cell in find(body, "data-figure") if cell[1]["data-figure"] == "sum")
        assert 10_000 - lines == int(words(total).replace(".", ""))


def test_a_department_sees_every_rank_and_its_own_receipt(told: Site, city: Catalogue) -> None:
    for code in owners(city)[:3]:
        kind = city.department[code].kind
        visitor = told.person(Role.DEPARTMENT, code)
        body = answer(visitor, RANKINGS, of="departments", kind=kind, period="7d")
        rows = find(body, "data-code")
        assert {r[1]["data-code"] for r in rows} == {
            d for d in owners(city) if city.department[d].kind == kind
        }
        assert [r[1]["data-code"] for r in rows if "data-chosen" in r[1]] == [code]
        assert f"{city.department[code].short.zh}第" in words(body)
        own = answer(visitor, RANKINGS, of="departments", kind=kind, period="7d", receipt=code)
        assert find(own, "data-points")


def test_a_department_may_open_no_other(told: Site, city: Catalogue) -> None:
    """Every id swapped, in every place that a client may fill in: no line of another comes out."""
    everyone = owners(city)
    for mine in (everyone[0], everyone[-1]):
        visitor = told.person(Role.DEPARTMENT, mine)
        for other in sorted(set(everyone) - {mine}):
            theirs = [s for s in city.signs if s.department == other]
            asked = {"of": "departments", "kind": city.department[other].kind, "period": "7d"}
            ranked = answer(visitor, RANKINGS, **asked, receipt=other)
            page = answer(visitor, DEPARTMENT, code=other, period="7d", department=mine)
            routed = visitor.route(f"/department/{other}", "?period=28d")
            swapped = visitor.route(f"/department/{mine}", f"?code={other}")
            for got in (words(ranked), json.dumps(page, ensure_ascii=False), routed.text):
                for sign in theirs:
                    assert sign.name.zh not in got and sign.short.zh not in got, sign.code
            assert "只对本部门" in words(ranked) and not find(ranked, "data-points")
            assert "只对本部门开放" in words(page) and not find(page, "data-points")
            name = city.department[other].name.zh
            for text in (routed.text, swapped.text, json.dumps(page, ensure_ascii=False)):
                assert "只对本部门开放" in text and name not in text
            assert "department-question" not in routed.text + swapped.text


def test_what_is_refused_is_written_down(told: Site, city: Catalogue) -> None:
    mine, other = owners(city)[:2]
    visitor = told.person(Role.DEPARTMENT, mine)
    answer(visitor, DEPARTMENT, code=other)
    answer(visitor, RANKINGS, of="departments", kind=city.department[other].kind, receipt=other)
    for action in ("denied.department", "denied.receipt"):
        assert any(
            entry.object == other and "department:" in entry.who for entry in told.log(action)
        ), action


def test_the_data_layer_itself_refuses(told: Site, city: Catalogue) -> None:
    mine, other = owners(city)[:2]
    actor, now = Actor("d", Role.DEPARTMENT, mine), told.clock.ms
    span = Span.of(now - 7 * DAY_MS, now, now, city.zone)
    for refused in (
        lambda: open_department(city, actor, other),
        lambda: open_department(city, actor, "no-such"),
        lambda: open_department(city, Actor("w", Role.SCREEN), other),
        lambda: department_days(told.db, actor, city, other, now - DAY_MS, now),
        lambda: receipt(told.db, actor, city, "department", other, span),
    ):
        with pytest.raises(Forbidden):
            refused()
    assert open_department(city, actor, mine) == city.department[mine]
    assert open_department(city, Actor("l", Role.LEADER), "no-such") is None


def test_the_lines_of_others_are_one_line_in_a_streets_receipt(told: Site, city: Catalogue) -> None:
    code, mine = city.streets[1].code, owners(city)[0]
    question = {"of": "streets", "period": "7d", "receipt": code}
    whole = answer(told.person(Role.LEADER), RANKINGS, **question)
    part = answer(told.person(Role.DEPARTMENT, mine), RANKINGS, **question)
    others = [s.short.zh for s in city.signs if s.department != mine and s.at_street]
    assert "其他部门" in words(part) and "其他部门" not in words(whole)
    assert not [name for name in others if name in words(find(part, "data-points"))]
    sums = [
        sum(int(row[1]["data-points"]) for row in find(body, "data-points"))
        for body in (whole, part)
    ]
    assert sums[0] == sums[1] > 0


def test_days_of_a_department_are_scores_of_their_own(told: Site, city: Catalogue) -> None:
    leader, code = Actor("l", Role.LEADER), owners(city)[0]
    today = city.zone.day_start(told.clock.ms)
    days = department_days(told.db, leader, city, code, today - 9 * DAY_MS, today)
    assert [day.start for day in days] == [today - n * DAY_MS for n in range(9, 0, -1)]
    first = Span.of(days[0].start, days[0].start + 4 * DAY_MS, told.clock.ms, city.zone)
    scores = [day.score for day in days[:4]]
    whole = receipt(told.db, leader, city, "department", code, first).score
    assert whole is not None and min(scores) <= whole <= max(scores)
    assert all(day.usable == 1.0 for day in days)
    assert department_days(told.db, leader, city, "finance-office", today - DAY_MS, today) == ()


def test_a_department_finds_its_page_in_the_navigation(told: Site, city: Catalogue) -> None:
    mine = owners(city)[0]
    own = json.dumps(told.person(Role.DEPARTMENT, mine).route("/about").json)
    assert f"/department/{mine}" in own
    assert "/department/" not in json.dumps(told.person(Role.LEADER).route("/about").json)


def test_unknown_codes(told: Site) -> None:
    leader = told.person(Role.LEADER)
    assert "没有这样的" in words(answer(leader, RANKINGS, of="streets", receipt="310000000"))
    assert "没有这个部门" in words(answer(leader, DEPARTMENT, code="no-such"))


def test_every_reason_has_a_name() -> None:
    for why in Why:
        assert {f"rankings.why.{why}", f"rankings.because.{why}"} <= set(labels())
    for unusable in Unusable:
        assert f"rankings.unusable.{unusable}" in labels()


def test_a_period_over_years_names_them(told: Site) -> None:
    asked = {"period": "custom", "from": "2019-01-01", "to": "2026-11-20"}
    page = words(answer(told.person(Role.LEADER), RANKINGS, **asked)["rankings-body"])
    assert "2019-01-01 00:00 – 2026-11-21 00:00" in page


def test_picked_rows_alone_keep_their_ranks(told: Site, city: Catalogue) -> None:
    leader = told.person(Role.LEADER)
    asked = {"of": "streets", "period": "7d"}
    whole = {
        r[1]["data-code"]: words(r) for r in find(answer(leader, RANKINGS, **asked), "data-code")
    }
    two = sorted(whole)[1:3]
    body = answer(leader, RANKINGS, **asked, pick=",".join(two))
    shown = {r[1]["data-code"]: words(r) for r in find(body, "data-code")}
    assert shown == {code: whole[code] for code in two}
    assert "已选 2 个" in words(body)
    keys = {a[1]["data-key"]: a[1] for a in find(body, "data-key")}
    assert keys[f"pick-{two[0]}"]["href"] == f"/rankings?of=streets&pick={two[1]}"
    assert keys[f"pick-{two[0]}"]["aria-current"] == "true"
    lines = leader.get(f"/export/rankings.csv?of=streets&pick={two[0]}").text.splitlines()
    assert len(lines) == 2 and f",{two[0]}," in lines[1]
    elsewhere = answer(leader, RANKINGS, of="towns", period="7d", pick=",".join(two))
    assert len(find(elsewhere, "data-code")) > 5, "nobody of that group is picked"
