"""/signs and /sign/<code>: what they say, to whom, and who may write a note."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from data_access.accounts.audit import Result
from data_access.series import rollups
from data_access.store.tables import published, state_history
from data_access.views.pictures import VIEW, pack_picture
from domain.actor import Role
from domain.clock import DAY_MS, HOUR_MS
from domain.freshness import Freshness
from domain.picture import NOTHING, Cell, Picture
from domain.sign import Sign, State
from tests.web.site import Site, Visitor
from tests.web.test_sources import words

HOURS = 30


@pytest.fixture(scope="module")
def city(shared_site: Site) -> Iterator[Site]:
    """One sign in alarm, one never heard of, one stale, the rest calm; hours for the first."""
    site, catalogue = shared_site, shared_site.services.catalogue
    now = site.clock.ms
    bad, silent, old = bad_sign(site), catalogue.signs[1], catalogue.signs[2]

    def cell(sign: Sign, street: int | None) -> Cell | None:
        if street is not None and not sign.at_street:
            return None
        if sign is silent:
            return NOTHING
        if sign is old:
            return Cell(5.0, State.UNKNOWN, Freshness.STALE, now - DAY_MS, None, False)
        if sign is bad and street in (None, 3):
            edge = sign.thresholds[0].alarm.high
            assert edge is not None
            return Cell(
                edge + 1, State.ALARM, Freshness.LIVE, now, now - HOUR_MS, False, edge, True
            )
        return Cell(sign.typical, State.NORMAL, Freshness.LIVE, now, now - DAY_MS, False)

    places = (None, *range(len(catalogue.streets)))
    rows = tuple(tuple(cell(s, p) for s in catalogue.signs) for p in places)
    codes = (catalogue.code, *catalogue.street)
    signs = tuple(s.code for s in catalogue.signs)
    picture = Picture(1, now, catalogue.version, signs, codes, rows, catalogue.weights[-1])
    top = catalogue.zone.slot_start(now, HOUR_MS)
    hours = [
        (catalogue.code, bad.code, top - n * HOUR_MS, 6.0, 2.0, 2, 6.0, 1.0, 5.0, False,
         1.0, 0.0, 0.0, 1.0 if n == 0 else 0.0)
        for n in range(HOURS)
    ]  # fmt: skip
    with site.db.write() as conn:
        site.db.upsert(conn, published, [(VIEW, 1, now, pack_picture(picture))])
        site.db.upsert(conn, rollups.TIERS["hour"], hours)
        site.db.upsert(
            conn,
            state_history,
            [(catalogue.code, bad.code, now - HOUR_MS, "alarm", 9.0, 1, 8.0, None, False)],
        )
    yield site


def bad_sign(site: Site) -> Sign:
    return next(
        s
        for s in site.services.catalogue.signs[3:]
        if s.at_street and s.thresholds[0].alarm.high is not None and not s.value_labels
    )


@pytest.fixture(scope="module")
def visitors(city: Site) -> dict[str, Visitor]:
    return city.everybody()


def ask(visitor: Visitor, page: str, **question: Any) -> dict[str, Any]:
    got = visitor.callback(f"{page}-answer.data", {f"{page}-question.data": question})
    assert got.status_code == 200, got.text
    found: dict[str, Any] = got.json["response"][f"{page}-answer"]["data"]
    return found


def every(node: Any, tag: str) -> list[Any]:
    """All elements of a tag below a node."""
    if not isinstance(node, list):
        return []
    is_element = len(node) > 1 and isinstance(node[0], str) and isinstance(node[1], dict)
    own = [node] if is_element and node[0] == tag else []
    return own + [found for child in node for found in every(child, tag)]


def named(body: Any) -> list[str]:
    """The codes of the signs that a list shows, in its order."""
    links = [a[1]["href"] for a in every(body, "a")]
    return [h.split("/")[2].split("?")[0] for h in links if h.startswith("/sign/")]


# -- the list ------------------------------------------------------------------------------


def test_every_sign_worst_first(city: Site, visitors: dict[str, Visitor]) -> None:
    catalogue = city.services.catalogue
    body = ask(visitors["leader"], "signs")["signs-body"]
    found = named(body)
    assert sorted(found) == sorted(s.code for s in catalogue.signs)
    assert found[0] == bad_sign(city).code
    assert set(found[-2:]) == {catalogue.signs[1].code, catalogue.signs[2].code}
    said = words(body)
    assert f"{len(catalogue.signs)} 项体征：1 个告警、{len(catalogue.signs) - 3} 个正常" in said
    assert f"最突出的是{bad_sign(city).short.zh}" in said
    assert "从未上报" in said and "数据截至" in said


def test_filters_and_orders_of_the_address(city: Site, visitors: dict[str, Visitor]) -> None:
    catalogue, leader = city.services.catalogue, visitors["leader"]
    domain = catalogue.domains[1].code
    body = ask(leader, "signs", domain=domain, lang="en")["signs-body"]
    assert sorted(named(body)) == sorted(s.code for s in catalogue.signs if s.domain == domain)
    assert named(ask(leader, "signs", state="alarm")["signs-body"]) == [bad_sign(city).code]
    assert named(ask(leader, "signs", freshness="never")["signs-body"]) == [catalogue.signs[1].code]
    one = catalogue.signs[7]
    for text in (one.code.lower(), one.name.zh, one.name.en.upper()):
        assert one.code in named(ask(leader, "signs", q=text)["signs-body"])
    codes = [s.code for s in catalogue.signs]
    assert named(ask(leader, "signs", sort="code")["signs-body"]) == sorted(codes)
    assert named(ask(leader, "signs", sort="-code")["signs-body"]) == sorted(codes)[::-1]
    assert named(ask(leader, "signs", sort="-state")["signs-body"])[-1] == bad_sign(city).code
    assert "没有符合条件的体征" in words(ask(leader, "signs", q="no such sign"))
    owner = one.department
    mine = named(ask(leader, "signs", department=owner)["signs-body"])
    assert sorted(mine) == sorted(s.code for s in catalogue.signs if s.department == owner)


def test_the_form_keeps_what_the_links_have_chosen(
    city: Site, visitors: dict[str, Visitor]
) -> None:
    body = ask(
        visitors["leader"], "signs", state="alarm", sort="name", show="charts", q="<x>", lang="en"
    )["signs-body"]
    (form,) = every(body, "form")
    fields = {f[1]["name"]: f[1].get("value") for f in every(form, "input")}
    assert fields == {
        "state": "alarm", "sort": "name", "show": "charts", "lang": "en", "q": "<x>"
    }  # fmt: skip
    assert form[1]["method"] == "get" and "action" not in form[1]


def test_small_multiples_have_gaps(city: Site, visitors: dict[str, Visitor]) -> None:
    body = ask(visitors["leader"], "signs", show="charts")["signs-body"]
    cards = [a for a in every(body, "a") if a[1]["href"].startswith("/sign/")]
    assert len(cards) == len(city.services.catalogue.signs)
    drawn = {a[1]["href"].split("/")[2]: every(a, "path") for a in cards}
    lines = {
        code: [p for p in paths if p[1]["class"] == "spark-line"] for code, paths in drawn.items()
    }
    assert [code for code, found in lines.items() if found] == [bad_sign(city).code]


def test_nothing_is_claimed_before_there_is_a_picture(site: Site) -> None:
    leader = site.person(Role.LEADER)
    body = ask(leader, "signs")["signs-body"]
    assert every(body, "table") == []
    code = site.services.catalogue.signs[0].code
    found = ask(leader, "sign", code=code)
    assert "尚无数据" in words(found["sign-head"])
    assert "正常" not in words(found["sign-head"])


# -- one sign ------------------------------------------------------------------------------


def test_a_sign_says_how_it_stands_and_why(city: Site, visitors: dict[str, Visitor]) -> None:
    sign = bad_sign(city)
    found = ask(visitors["department"], "sign", code=sign.code)
    said = words(found["sign-head"])
    for word in (sign.name.zh, sign.code, "告警", "1 小时", "当前值达到告警线", "阈值第 1 版"):
        assert word in said, word
    (chart,) = [d for d in every(found["sign-course"], "div") if d[1].get("class") == "sign-chart"]
    data = json.loads(chart[1]["data-chart"])
    now, before = data["lines"]
    assert (now["kind"], before["kind"]) == ("now", "before")
    assert now["step"] == HOUR_MS and len([v for v in now["values"] if v is not None]) == 24
    assert set(before["values"]) == {None}
    assert [e["state"] for e in data["episodes"]] == ["alarm"]
    assert "未解除" in data["episodes"][0]["said"]
    assert {m["state"] for m in data["marks"]} <= {"attention", "warning", "alarm"}
    definition = words(found["sign-definition"])
    source = city.services.catalogue.source[sign.source]
    for word in (source.name.zh, "点位→街镇", "现行", sign.thresholds[0].valid_from):
        assert word in definition, word


def test_a_period_that_is_over_says_nothing_of_now(
    city: Site, visitors: dict[str, Visitor]
) -> None:
    past = {"period": "custom", "from": "2026-11-22T08:00", "to": "2026-11-23T09:30"}
    found = ask(visitors["leader"], "sign", code=bad_sign(city).code, **past)
    (chart,) = [d for d in every(found["sign-course"], "div") if d[1].get("class") == "sign-chart"]
    data = json.loads(chart[1]["data-chart"])
    assert data["state"] is None
    (episode,) = data["episodes"]
    assert "未解除" not in episode["said"] and episode["to"] == data["to"]


def test_what_is_stale_has_no_state_since(city: Site, visitors: dict[str, Visitor]) -> None:
    catalogue, now = city.services.catalogue, city.clock.ms
    old = catalogue.signs[2]
    with city.db.write() as conn:
        history = [
            (catalogue.code, old.code, now - 2 * DAY_MS, "warning", 9.0, 1, 8.0, None, False)
        ]
        city.db.upsert(conn, state_history, history)
    found = ask(visitors["leader"], "sign", code=old.code, period="7d")
    (chart,) = [d for d in every(found["sign-course"], "div") if d[1].get("class") == "sign-chart"]
    (episode,) = json.loads(chart[1]["data-chart"])["episodes"]
    assert episode["to"] == now - DAY_MS + old.stale_after_s * 1000  # so long it counted
    assert "未解除" not in episode["said"]


def test_every_street_is_ranked_and_leads_to_the_same_sign(
    city: Site, visitors: dict[str, Visitor]
) -> None:
    catalogue, sign = city.services.catalogue, bad_sign(city)
    found = ask(visitors["leader"], "sign", code=sign.code, period="7d", lang="en")
    (table,) = every(found["sign-places"], "table")
    rows = every(table[3], "tr")
    assert len(rows) == len(catalogue.streets)
    links = [every(row, "a")[0][1]["href"] for row in rows]
    worst = catalogue.streets[3].code
    assert links[0] == f"/sign/{sign.code}?street={worst}&period=7d&lang=en"
    ranks = [words(row[2]) for row in rows]
    counted = len(catalogue.counted)
    assert ranks[:3] == ["1", "2", "2"]  # equally good ones share a rank
    assert set(ranks[counted:]) == {"—"}  # special areas are shown, not ranked
    shapes = [p for p in every(found["sign-places"], "path") if "data-code" in p[1]]
    assert {p[1]["data-code"] for p in shapes} == {s.code for s in catalogue.counted}


def test_codes_that_nobody_knows_and_places_without_the_sign(
    city: Site, visitors: dict[str, Visitor]
) -> None:
    catalogue, leader = city.services.catalogue, visitors["leader"]
    said = words(ask(leader, "sign", code="NO-99"))
    assert "没有编号为 NO-99 的体征" in said
    sign = bad_sign(city)
    said = words(ask(leader, "sign", code=sign.code, street="nowhere"))
    assert "没有编号为 nowhere 的街镇" in said
    whole = next(s for s in catalogue.signs[3:] if not s.at_street)
    found = ask(leader, "sign", code=whole.code, street=catalogue.streets[0].code)
    assert "不适用" in words(found["sign-head"])
    assert found["sign-course"] == [] and "各街镇不适用" in words(found["sign-places"])


@pytest.mark.parametrize("page", ["sign", "signs"])
def test_hostile_questions(visitors: dict[str, Visitor], page: str) -> None:
    odd: list[Any] = [None, 7, [], {"a": 1}, "x" * 5000, "../..", "<b>", True, 1e308]
    keys = ("code", "street", "period", "from", "to", "domain", "state", "q", "sort", "lang")
    for value in odd:
        for question in (value, dict.fromkeys(keys, value)):
            got = visitors["leader"].callback(
                f"{page}-answer.data", {f"{page}-question.data": question}
            )
            assert got.status_code == 200, (value, got.text)


# -- notes ---------------------------------------------------------------------------------

OUTCOME = "sign-note-outcome.data"


def write(visitor: Visitor, code: str, draft: Any) -> Any:
    return visitor.callback(
        OUTCOME, {"sign-note-draft.data": draft, "sign-question.data": {"code": code}}
    )


def said_of(got: Any) -> str:
    assert got.status_code == 200, got.text
    return str(got.json["response"]["sign-note-outcome"]["data"]["said"])


def test_an_operator_pins_a_note_and_takes_it_back(city: Site) -> None:
    sign = bad_sign(city)
    operator, other = city.person(Role.OPERATOR), city.person(Role.OPERATOR)
    leader, admin = city.person(Role.LEADER), city.person(Role.ADMIN)
    draft = {"note-text": "泵站<b>检修", "note-from": "2026-11-23T08:00",
             "note-to": "2026-11-23T09:30"}  # fmt: skip
    assert said_of(write(operator, sign.code, draft)) == "note.said.added"
    found = ask(leader, "sign", code=sign.code)
    (item,) = every(found["sign-notes"], "li")
    assert "泵站<b>检修" in words(item) and "08:00 – 09:30" in words(item)
    assert every(found["sign-notes"], "form") == []  # a leader writes none
    (chart,) = [d for d in every(found["sign-course"], "div") if d[1].get("class") == "sign-chart"]
    (flag,) = json.loads(chart[1]["data-chart"])["notes"]
    assert flag["to"] - flag["from"] == 90 * 60_000

    number = item[1]["id"].removeprefix("note-")
    assert said_of(write(other, sign.code, {"withdraw": number})) == "note.said.forbidden"
    assert city.log("denied.note")[0].result is Result.DENIED
    assert said_of(write(admin, sign.code, {"withdraw": number})) == "note.said.withdrawn"
    assert said_of(write(admin, sign.code, {"withdraw": number})) == "note.said.gone"
    found = ask(leader, "sign", code=sign.code)
    (item,) = every(found["sign-notes"], "li")
    assert [words(d) for d in every(item, "del")] == ["泵站<b>检修"]
    assert city.log("note.add")[0].result is Result.OK


def test_nobody_else_writes(city: Site, visitors: dict[str, Visitor]) -> None:
    code = bad_sign(city).code
    draft = {"note-text": "x", "note-from": "2026-11-23", "note-to": "2026-11-23"}
    for role in ("leader", "department", "screen"):
        assert write(visitors[role], code, draft).status_code == 403, role
    assert write(visitors[""], code, draft).status_code == 401


@pytest.mark.parametrize(
    ("draft", "said"),
    [
        ({}, "text"),
        (
            {"note-text": "x", "note-from": "2026-11-23T09:00", "note-to": "2026-11-23T08:00"},
            "span",
        ),
        ({"note-text": " ", "note-from": "2026-11-22", "note-to": "2026-11-22"}, "text"),
        ({"note-text": ["x"], "note-from": "2026-11-22", "note-to": "2026-11-22"}, "text"),
        ({"note-text": "x", "note-from": 5, "note-to": {}}, "span"),
        ({"withdraw": "999999"}, "gone"),
        ({"withdraw": "1; DROP TABLE notes"}, "gone"),
    ],
)
def test_drafts_that_are_not_taken(city: Site, draft: dict[str, Any], said: str) -> None:
    operator = city.person(Role.OPERATOR)
    got = said_of(write(operator, bad_sign(city).code, draft))
    assert got == f"note.said.{said}"


def test_a_note_of_no_sign(city: Site) -> None:
    draft = {"note-text": "x", "note-from": "2026-11-22", "note-to": "2026-11-22"}
    assert said_of(write(city.person(Role.ADMIN), "NO-99", draft)) == "note.said.sign"
