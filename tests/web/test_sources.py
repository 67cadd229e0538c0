"""/sources: what it says, whom it says it to, and the rows of other departments."""

import json
from typing import Any

import pytest
from sqlalchemy import update

from dashboard.components.light import Node
from dashboard.components.times import day_and_time
from data_access.caching import cache_store
from data_access.intake import quarantine
from data_access.store import tables
from domain.actor import Role
from domain.facts.fact import Reason
from tests.web.site import Site, Visitor

OUTPUT = "sources-answer.data"
SECRET = "payload-of-the-other-department"


@pytest.fixture
def owned(site: Site) -> dict[str, str]:
    """Two departments, each with a source that has something in quarantine: source → owner."""
    mine, theirs = {}, {}
    for source in site.services.catalogue.sources:
        (mine if not mine or source.department in mine.values() else theirs)[source.code] = (
            source.department
        )
    pair = dict([next(iter(mine.items())), next(iter(theirs.items()))])
    with site.db.write() as conn:
        for code, owner in pair.items():
            held = (Reason.ABSURD, "value: 9 is above 5", f"{SECRET}:{owner}")
            quarantine.keep(conn, code, "api", site.clock.ms, [held] * 3)
            conn.execute(
                update(tables.sources).where(tables.sources.c.code == code).values(quarantined=3)
            )
    return pair


def report(site: Site, code: str, age_s: float, lag_s: float = 5, **values: Any) -> None:
    received = site.clock.ms - round(age_s * 1000)
    observed = received - round(lag_s * 1000)
    about = {"last_received": received, "last_observed": observed, **values}
    with site.db.write() as conn:
        conn.execute(update(tables.sources).where(tables.sources.c.code == code).values(**about))


def answer(visitor: Visitor, **question: Any) -> dict[str, list[Node]]:
    got = visitor.callback(OUTPUT, {"sources-question.data": question})
    assert got.status_code == 200, got.text
    data: dict[str, list[Node]] = got.json["response"]["sources-answer"]["data"]
    return data


def words(node: Any) -> str:
    if isinstance(node, dict):
        return " ".join(words(value) for value in node.values())
    if isinstance(node, str):
        return node
    return " ".join(words(child) for child in (node[2:] if _is_element(node) else node))


def _is_element(node: list[Any]) -> bool:
    return len(node) > 1 and isinstance(node[1], dict)


def rows_of(nodes: Any, cls: str) -> list[Any]:
    found = next(n for n in nodes if _is_element(n) and cls in str(n[1].get("class")))
    return list(found[3][2:])


def test_every_source_with_its_facts(site: Site) -> None:
    first = site.services.catalogue.sources[0]
    report(site, first.code, 4 * first.cadence_s, accepted=1234567, duplicates=8, quarantined=0)
    leader = site.person(Role.LEADER)
    body = answer(leader)["sources-body"]
    rows = rows_of(body, "source-table")
    assert len(rows) == len(site.services.catalogue.sources)
    said = words(rows[0])  # the stale one stands first
    owner = site.services.catalogue.department[first.department].short.zh
    for word in (first.name.zh, first.code, owner, "过期", "1,234,567", "8", "5 秒"):
        assert word in said, word
    n = len(rows)
    assert f"共 {n} 个数据源：1 个过期，{n - 1} 个从未上报。没有被隔离的读数。" in words(body)


@pytest.mark.parametrize(
    ("cadences", "mark"),
    [(0, "live"), (1.99, "live"), (2.01, "late"), (2.99, "late"), (3.01, "stale")],
)
def test_freshness_at_its_edges(site: Site, cadences: float, mark: str) -> None:
    source = next(s for s in site.services.catalogue.sources if s.cadence_s >= 300)
    report(site, source.code, cadences * source.cadence_s, lag_s=-60)  # its clock runs ahead
    rows = rows_of(answer(site.person(Role.LEADER), freshness=mark)["sources-body"], "source-table")
    assert len(rows) == 1 and source.name.zh in words(rows[0])


def test_an_old_file_that_is_loaded_now_brings_nothing_to_life(site: Site) -> None:
    source = next(s for s in site.services.catalogue.sources if s.cadence_s >= 300)
    report(site, source.code, 0, lag_s=365 * 86_400)
    body = answer(site.person(Role.LEADER), freshness="stale")["sources-body"]
    rows = rows_of(body, "source-table")
    assert len(rows) == 1 and source.name.zh in words(rows[0]) and "在线" not in words(rows[0])


def test_what_is_retired_stands_apart_and_an_archive_is_not_lost(site: Site) -> None:
    retired, archive = site.services.catalogue.sources[:2]
    day = 86_400
    report(site, retired.code, 9 * day, retired_at=site.clock.ms)
    report(site, archive.code, 9 * day, expected=False)
    leader = site.person(Role.LEADER)
    body = answer(leader)["sources-body"]
    n = len(site.services.catalogue.sources) - 2
    assert f"共 {n} 个数据源：{n} 个从未上报。另有 1 个存档，1 个已停用，不计入失联。" in words(
        body
    )
    first, second = (node for node in body if node[0] == "table")
    assert retired.code not in words(first) and archive.code in words(first)
    (row,) = second[3][2:]
    assert retired.code in words(row) and "已停用" in words(row) and "过期" not in words(row)
    for standing, source in (("retired", retired), ("archive", archive)):
        only = rows_of(answer(leader, freshness=standing)["sources-body"], "source-table")
        assert [source.code in words(row) for row in only] == [True]
    assert "没有过期的数据源" in words(answer(leader, freshness="stale")["sources-body"])
    facts = words(answer(leader, source=retired.code)["sources-body"])
    assert "已停用" in facts and "停用于" in facts


def test_filters_are_links_that_reproduce_the_view(site: Site) -> None:
    body = answer(site.person(Role.LEADER), freshness="late", lang="en")["sources-body"]
    nav = next(n for n in body if n[0] == "nav")
    assert [link[1]["href"] for link in nav[2:]] == [
        "/sources?lang=en",
        "/sources?freshness=live&lang=en",
        "/sources?freshness=late&lang=en",
        "/sources?freshness=stale&lang=en",
        "/sources?freshness=never&lang=en",
    ]
    assert [link[1].get("aria-current") for link in nav[2:]] == [None, None, "true", None, None]
    assert "No source is late." in words(body)


def test_the_router_keeps_the_question(site: Site) -> None:
    routed = site.person(Role.LEADER).route("/sources", "?freshness=late&source=x&before=7&lang=en")
    stored = {"freshness": "late", "source": "x", "before": 7, "lang": "en", "theme": None}
    assert json.dumps(stored, separators=(",", ":")) in routed.text
    junk = site.person(Role.LEADER).route(
        "/sources", "?freshness=fresh&source=&before=-1&lang=xx&theme=pink&lang=en&y=1"
    )
    stored = {"freshness": None, "source": None, "before": None, "lang": "zh", "theme": None}
    assert json.dumps(stored, separators=(",", ":")) in junk.text


def test_the_data_time_is_that_of_the_answer(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that is kept for a moment does not grow younger by being shown again."""
    monkeypatch.setattr(cache_store, "LOCAL_S", 60.0)
    leader = site.person(Role.LEADER)
    zone = site.services.catalogue.zone
    asked = day_and_time(site.clock.ms, site.clock.ms, zone)
    for _ in range(2):
        assert asked in words(answer(leader)["desk-mark"])
        site.clock.step(7)


def test_demonstration_data_is_marked(site: Site) -> None:
    simulated, measured = site.services.catalogue.sources[3:5]
    report(site, simulated.code, 1, kind="demo")
    report(site, measured.code, 1)
    leader = site.person(Role.LEADER)
    assert "演示数据" in words(answer(leader)["desk-mark"])
    assert "演示数据" in words(answer(leader, source=simulated.code)["desk-mark"])
    assert "演示数据" not in words(answer(leader, source=measured.code)["desk-mark"])
    marked = [
        row
        for row in rows_of(answer(leader)["sources-body"], "source-table")
        if "演示" in words(row)
    ]
    assert [simulated.name.zh in words(row) for row in marked] == [True]


def test_operators_and_admins_see_every_row(site: Site, owned: dict[str, str]) -> None:
    for role in (Role.OPERATOR, Role.ADMIN):
        visitor = site.person(role)
        for code, owner in owned.items():
            body = answer(visitor, source=code)["sources-body"]
            assert words(body).count(f"{SECRET}:{owner}") == 3
            assert "共隔离 3 条：超出物理范围 3 条。" in words(body)


def test_a_department_sees_its_own_rows_only(site: Site, owned: dict[str, str]) -> None:
    """Ids swapped both ways, in every place that the client may fill in."""
    for mine, owner in owned.items():
        visitor = site.person(Role.DEPARTMENT, owner)
        assert f"{SECRET}:{owner}" in words(answer(visitor, source=mine))
        (other,) = set(owned) - {mine}
        for question in (
            {"source": other},
            {"source": other, "before": 10**9},
            {"source": other, "department": owned[other]},
            {"source": other, "actor": {"role": "admin"}},
        ):
            got = answer(visitor, **question)
            assert f"{SECRET}:{owned[other]}" not in json.dumps(got)
            assert "只对值班、管理员和归口部门开放" in words(got)
        denied = site.log("denied.quarantine")
        assert any(entry.object == other and "department:" in entry.who for entry in denied)


def test_leaders_see_counts_and_reasons_but_no_rows(site: Site, owned: dict[str, str]) -> None:
    leader = site.person(Role.LEADER)
    for code in owned:
        got = answer(leader, source=code)
        assert SECRET not in json.dumps(got)
        assert "共隔离 3 条" in words(got)


def test_what_one_department_may_see_is_not_kept_for_another(
    site: Site, owned: dict[str, str]
) -> None:
    code, owner = next(iter(owned.items()))
    admin, other = site.person(Role.ADMIN), site.person(Role.DEPARTMENT, "nobody")
    assert SECRET in words(answer(admin, source=code))
    assert SECRET not in words(answer(other, source=code))
    assert SECRET in words(answer(site.person(Role.DEPARTMENT, owner), source=code))


def test_rows_go_back_by_key(site: Site) -> None:
    code = site.services.catalogue.sources[0].code
    with site.db.write() as conn:
        things = [(Reason.ABSURD, f"detail-{n:03}", "{}") for n in range(quarantine.PAGE + 20)]
        quarantine.keep(conn, code, "file", site.clock.ms, things)
    admin = site.person(Role.ADMIN)
    first = answer(admin, source=code)["sources-body"]
    assert len(rows_of(first, "quarantine-table")) == quarantine.PAGE
    assert "detail-119" in words(first) and "detail-019" not in words(first)
    older = next(n for n in first if n[1].get("class") == "desk-pages")[2][1]["href"]
    before = older.partition("before=")[2]
    second = answer(admin, source=code, before=before)["sources-body"]
    assert len(rows_of(second, "quarantine-table")) == 20
    assert "detail-019" in words(second) and "最新" in words(second)


def test_an_unknown_source(site: Site) -> None:
    assert "没有登记这个数据源" in words(answer(site.person(Role.ADMIN), source="no-such"))


def test_every_reason_and_way_has_a_name_in_both_languages() -> None:
    from dashboard.words.labels import table

    for reason in Reason:
        assert f"reason.{reason}" in table()
    for via in ("api", "file", "replay"):
        assert f"quarantine.via.{via}" in table()


def test_text_from_outside_stays_text(site: Site) -> None:
    payload = "<img src=x onerror=alert(1)>"
    code = site.services.catalogue.sources[0].code
    report(site, code, 1, name_zh=payload, name_en=payload)
    with site.db.write() as conn:
        quarantine.keep(conn, code, "api", site.clock.ms, [(Reason.ABSURD, payload, payload)])
    body = answer(site.person(Role.ADMIN), source=code)["sources-body"]
    texts = json.dumps(body)
    assert texts.count("onerror") >= 3
    assert payload in words(body), "as the text of an element, never as a tag or an attribute"

    def elements(node: Any) -> None:
        if isinstance(node, list):
            if _is_element(node):
                assert all("<" not in str(value) for value in node[1].values())
                assert "<" not in node[0]
            for child in node[2:] if _is_element(node) else node:
                elements(child)

    elements(body)
