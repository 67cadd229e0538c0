"""/street/<code>: the index that adds up, causes, signs in fixed places, committees, menus."""

import json
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from domain.actor import Role
from domain.indicator import Direction
from domain.picture import NOTHING
from domain.sign import GRADED, Sign, State
from tests.web.light_nodes import every, one, words
from tests.web.moments import live, publish, stale
from tests.web.site import Site, Visitor

OUTPUT = "street-answer.data"
GROUP = "street-group.data"
MINUS = "−"


def answer(visitor: Visitor, code: str, output: str = OUTPUT, **question: Any) -> dict[str, Any]:
    stored = {"code": code, **question}
    got = visitor.callback(output, {"street-question.data": stored})
    assert got.status_code == 200, got.text
    data: dict[str, Any] = got.json["response"][output.partition(".")[0]]["data"]
    return data


def plain_signs(site: Site) -> list[Sign]:
    """Signs of streets whose high side is bad and whose levels have no names."""
    return [
        s
        for s in site.services.catalogue.signs
        if s.at_street and not s.value_labels and s.direction is Direction.HIGHER_WORSE
    ]


@pytest.fixture
def street(site: Site) -> str:
    """A street with 3 alarms, 2 warnings, 4 in attention, one stale and one that never spoke."""
    code = site.services.catalogue.counted[1].code
    states = [State.ALARM] * 3 + [State.WARNING] * 2 + [State.ATTENTION] * 4
    signs = plain_signs(site)
    planted = {
        (sign.code, code): live(site, 7.0 + n, state, since_s=1800, crossed=5.0, upper=True)
        for n, (sign, state) in enumerate(zip(signs, states, strict=False))
    }
    planted[signs[20].code, code] = stale(site, signs[20], 3.0)
    planted[signs[21].code, code] = NOTHING
    publish(site, planted)
    return code


def test_the_receipt_adds_up_to_the_last_digit(site: Site, street: str) -> None:
    body = answer(site.person(Role.LEADER), street)["street-index"]
    lines = {
        n[1]["data-sign"]: Decimal(words(one(n, "b")).replace(MINUS, "-"))
        for n in every(body, "div")
        if "data-sign" in n[1]
    }
    city = site.services.catalogue
    applies = sum(s.at_street for s in city.signs)
    (weights,) = city.weights
    factor = weights.scale / applies
    each = {state: Decimal(str(round(weights.of(state) * factor, 2))) for state in GRADED}
    assert len(lines) == 9
    index = 100 + sum(lines.values())
    assert -sum(lines.values()) == (
        3 * each[State.ALARM] + 2 * each[State.WARNING] + 4 * each[State.ATTENTION]
    )
    assert f"100 − {100 - index:.2f} = {index:.2f}" in words(body)
    assert words(one(body, "p", cls="street-figure")).strip() == f"{index:.1f}"
    folded = one(body, "details", cls="street-rest")
    assert words(one(folded, "summary")).split()[1] == "4", "five lines stand, four are folded"
    low = index - 2 * each[State.ALARM]
    assert f"若无数据 2 项全告警 {low:.1f}" in words(body)
    goals = {n[1]["data-goal"] for n in every(body, "div") if "data-goal" in n[1]}
    assert goals == {goal.code for goal in city.goals}


def test_every_receipt_of_a_city_in_trouble_adds_up(site: Site) -> None:
    city, chance = site.services.catalogue, Random(7)
    states = [*GRADED, State.NORMAL, State.UNKNOWN]
    planted = {
        (sign.code, place): live(site, 7.0, chance.choices(states, (3, 2, 1, 30, 4))[0])
        for sign in city.signs
        if sign.at_street
        for place in city.street
    }
    picture = publish(site, planted)
    leader = site.person(Role.LEADER)
    for place in city.street:
        body = answer(leader, place)["street-index"]
        lines = [
            Decimal(words(one(n, "b")).replace(MINUS, "-"))
            for n in every(body, "div")
            if "data-sign" in n[1]
        ]
        index = picture.index(place)
        assert len(lines) == len(index.detractors) > 5
        assert max(Decimal(0), 100 + sum(lines)) == Decimal(str(index.value)), place
        folded = words(one(one(body, "details", cls="street-rest"), "summary")).split()[-1]
        assert Decimal(folded.replace(MINUS, "-")) == sum(lines[5:]), place


def test_the_sentence_names_the_worst_its_time_and_its_owner(site: Site, street: str) -> None:
    body = answer(site.person(Role.LEADER), street)
    first = next(
        n[1]["data-sign"] for n in every(body["street-troubles"], "tr") if "data-sign" in n[1]
    )
    sign = site.services.catalogue.sign[first]
    owner = site.services.catalogue.department[sign.department].short.zh
    said = words(one(body["street-head"], "p", cls="desk-lead"))
    assert f"{sign.short.zh}" in said and "告警已持续 30 分钟" in said and f"归口{owner}" in said
    assert "另有 2 项告警、2 项预警、4 项关注" in said and "2 项无数据" in said


def test_causes_stand_worst_first_and_what_is_silent_last(site: Site, street: str) -> None:
    body = answer(site.person(Role.LEADER), street)["street-troubles"]
    rows = [n for n in every(body, "tr") if "data-sign" in n[1]]
    assert [n[1]["data-state"] for n in rows] == (
        ["alarm"] * 3 + ["warning"] * 2 + ["attention"] * 4 + ["unknown"] * 2
    )
    assert [n[1]["data-freshness"] for n in rows[-2:]] == ["stale", "never"]
    assert "从未上报" in words(rows[-1]) and "未更新" in words(rows[-2])
    assert "≥" in words(rows[0]) and "告警线" in words(rows[0])
    assert all(key in rows[0][1] for key in ("data-at", "data-late", "data-stale"))
    assert rows[0][1]["aria-current"] == "true", "the worst is pointed at unless one is asked for"


def test_all_signs_stand_in_fixed_places(site: Site, street: str) -> None:
    city = site.services.catalogue
    leader = site.person(Role.LEADER)
    body = answer(leader, street)["street-all"]
    shown = [n[1]["data-sign"] for n in every(body, "li")]
    of_field = [
        [s.code for s in city.signs if s.at_street and s.domain == d.code] for d in city.domains
    ]
    assert shown == [code for codes in of_field for code in codes], "in the catalogue's order"
    other = answer(leader, city.counted[5].code)["street-all"]
    assert [n[1]["data-sign"] for n in every(other, "li")] == shown, "trouble moves nothing"
    absent = [s for s in city.signs if not s.at_street]
    said = " ".join(words(n) for n in every(body, "p", cls="street-absent"))
    assert all(s.short.zh in said for s in absent)
    whole = sum(s.whole_only for s in absent)
    assert f"不适用 {len(absent) - whole} · 只评全区 {whole}" in words(body)
    assert f"正常 {len(shown) - 11} · 异常 9 · 过期 1 · 无数据 1" in words(body)


def test_the_sign_that_is_asked_for_is_pointed_at(site: Site, street: str) -> None:
    sign = plain_signs(site)[30]
    leader = site.person(Role.LEADER)
    body = answer(leader, street, sign=sign.code, lang="en")
    assert [n[1]["data-sign"] for n in every(body["street-all"], "li", aria_current="true")] == [
        sign.code
    ]
    assert sign.name.en in words(body["street-sign"])
    assert one(body["street-sign"], "div", cls="sign-chart")
    hrefs = [n[1]["href"] for n in every(body["street-sign"], "a")]
    assert f"/sign/{sign.code}?street={street}&lang=en" in hrefs
    absent = next(s for s in site.services.catalogue.signs if not s.at_street)
    said = answer(leader, street, sign=absent.code)["street-sign"]
    assert "不适用" in words(said) and list(every(said, "div", cls="sign-chart")) == []
    unknown = answer(leader, street, sign="NO-99")["street-sign"]
    assert one(unknown, "div", cls="sign-chart"), "an unknown sign is not asked for"


def test_every_committee_by_name_and_code_and_no_value(site: Site, street: str) -> None:
    city = site.services.catalogue
    own = [c for c in city.committees if c.street == street]
    chosen = own[-1]
    body = answer(site.person(Role.LEADER), street, committee=chosen.code)
    found = list(every(body["street-committees"], "li"))
    assert [n[1]["id"] for n in found] == [f"committee-{c.code}" for c in own]
    assert [n[1]["id"] for n in found if "aria-current" in n[1]] == [f"committee-{chosen.code}"]
    assert words(body["street-committees"]).count("本系统尚无村居一级读数") == 1
    assert "open" in one(body["street-committees"], "details")[1], (
        "what is pointed at is not folded"
    )
    menus = [n[1]["data-menu"] for n in every(body["street-crumbs"], "details")]
    assert menus == ["place", "committee"]
    siblings = [n[1]["href"] for n in every(body["street-crumbs"], "a")]
    assert {f"/street/{s.code}" for s in city.streets} <= set(siblings)
    assert chosen.name.zh in words(one(body["street-crumbs"], "details", data_menu="committee"))
    wrong = answer(site.person(Role.LEADER), street, committee="310000000000")
    assert "此处没有这个村居" in words(wrong["street-committees"])


def test_a_special_area_overlies_streets_and_is_ranked_with_nobody(site: Site, street: str) -> None:
    area = next(s for s in site.services.catalogue.streets if not s.counts)
    leader = site.person(Role.LEADER)
    assert "功能区与街镇重叠，不计入全区" in words(answer(leader, area.code)["street-head"])
    assert "不参加排名" in words(answer(leader, area.code, GROUP)["street-peers"])


def test_codes_that_are_no_street(site: Site, street: str) -> None:
    city, leader = site.services.catalogue, site.person(Role.LEADER)
    body = answer(leader, "999999999")
    assert "没有编码为 999999999 的街镇" in words(body["street-head"])
    hrefs = {n[1]["href"] for n in every(body["street-head"], "a")}
    assert {f"/street/{s.code}" for s in city.streets} <= hrefs and "/streets" in hrefs
    assert body["street-all"] == body["street-index"] == []
    whole = answer(leader, city.code)
    assert city.name.zh in words(whole["street-head"])
    assert "/signs" in {n[1]["href"] for n in every(whole["street-head"], "a")}
    assert answer(leader, "<b>x</b>", GROUP)["street-peers"] == []


def test_the_router_keeps_the_question(site: Site) -> None:
    text = (
        site.person(Role.LEADER).route("/street/310115005", "?sign=TRA-05&committee=7&lang=en").text
    )
    stored = {
        "code": "310115005", "sign": "TRA-05", "committee": "7", "lang": "en", "theme": None,
    }  # fmt: skip
    assert json.dumps(stored, separators=(",", ":")) in text
    junk = site.person(Role.LEADER).route("/street/" + "9" * 99, "?sign=" + "x" * 99)
    assert junk.status_code == 200 and '"code":"","sign":null' in junk.text


def test_before_the_first_picture_nothing_is_made_up(site: Site) -> None:
    code = site.services.catalogue.counted[0].code
    body = answer(site.person(Role.LEADER), code)
    assert "尚未收到任何读数" in words(body["street-head"])
    assert body["street-index"] == body["street-all"] == []


def test_text_of_the_address_stays_text(site: Site, street: str) -> None:
    payload = "<img src=x onerror=alert(1)>"
    body = answer(site.person(Role.LEADER), payload, sign=payload, committee=payload)
    assert payload in words(body["street-head"])
    for node in every(body):
        assert "<" not in node[0]
        assert all("<" not in str(value) for value in node[1].values())


def test_a_department_is_led_to_its_own_page_and_no_other(site: Site, street: str) -> None:
    city = site.services.catalogue
    rows = every(answer(site.person(Role.LEADER), street)["street-troubles"], "tr")
    owners = [city.sign[n[1]["data-sign"]].department for n in rows if "data-sign" in n[1]]
    mine = site.person(Role.DEPARTMENT, owners[0])
    links = every(answer(mine, street)["street-troubles"], "a")
    pages = {n[1]["href"] for n in links if n[1]["href"].startswith("/department/")}
    assert pages == {f"/department/{owners[0]}"} and len(set(owners)) > 1
