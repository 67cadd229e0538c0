"""A measure is one file: what it ranks has a ranking, receipts, exports and a warm-up at once.

The file is the one of docs/adding.md."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dashboard.desks.rankings.standings import usual
from data_access import measures as home
from data_access.rankings.registry import measures
from data_access.rankings.standings import ranking, receipt
from domain.actor import Actor, Forbidden, Role
from domain.catalogue import Catalogue
from domain.clock import DAY_MS
from domain.scoring.ranking import Why
from domain.scoring.receipt import FULL
from domain.span import Span
from tests.adding import written
from tests.web.light_nodes import every, words
from tests.web.site import Site, Visitor
from tests.web.test_export import rows_of

MEASURE = "data_access/measures/industries.py"


@pytest.fixture
def industries(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The codes of the ranked ones, once the file is there; gone again afterwards."""
    made = written("A measure", MEASURE, tmp_path / "measures")
    monkeypatch.setattr(home, "__path__", [*home.__path__, str(made.parent)])
    yield list(site.services.catalogue.units["industry"])[:6]
    sys.modules.pop(f"{home.__name__}.industries", None)


def asked(visitor: Visitor, **question: Any) -> Any:
    got = visitor.callback("rankings-answer.data", {"rankings-question.data": question})
    assert got.status_code == 200, got.text
    return got.json["response"]["rankings-answer"]["data"]["rankings-body"]


def span(site: Site, city: Catalogue) -> Span:
    return Span.of(site.clock.ms - 28 * DAY_MS, site.clock.ms, site.clock.ms, city.zone)


def test_a_file_makes_a_ranking(site: Site, industries: list[str]) -> None:
    city, leader = site.services.catalogue, Actor("l", Role.LEADER)
    assert [one.code for one in measures(city)][-1] == "industry"
    found = ranking(site.db, leader, city, "industry", "industry", span(site, city)).ranking
    # checked 0, 20, 40, 60 of 60 and faults 8 … 5 of 40: 8, 24, 40, 56; then 60 % of the weight
    assert [(row.code, row.raw) for row in found.rows[:4]] == [
        (industries[3], 56.0),
        (industries[2], 40.0),
        (industries[1], 24.0),
        (industries[0], 8.0),
    ]
    assert [row.why for row in found.rows[4:]] == [Why.FEW_USABLE, Why.NO_DATA]
    body = asked(site.person(Role.LEADER), of="industries")
    rows = [node[1]["data-code"] for node in every(body, "tr") if "data-code" in node[1]]
    assert rows == [row.code for row in found.rows[:4]]
    said = words(body)
    assert "行业健康度" in said and "可用体征不足" in said
    assert all(city.units["industry"][code].name.zh in said for code in industries)
    chosen = [words(node) for node in every(body, "a", cls="choice-here")]
    assert "28 天" in chosen and "7 天" not in [words(node) for node in every(body, "a")]


def test_its_receipt_adds_up_and_folds_what_others_own(site: Site, industries: list[str]) -> None:
    city, code = site.services.catalogue, industries[2]
    owner = city.unit("industry", code).owner
    whole = receipt(site.db, Actor("l", Role.LEADER), city, "industry", code, span(site, city))
    assert (whole.score, [line.points for line in whole.lines]) == (4000, [3600, 2400])
    part = receipt(
        site.db, Actor("d", Role.DEPARTMENT, owner), city, "industry", code, span(site, city)
    )
    assert [line.subject.code for line in part.lines] == ["checked"]
    assert part.folded is not None and FULL - 3600 - part.folded.points == part.score == 4000
    panel = words(asked(site.person(Role.LEADER), of="industries", receipt=code))
    assert "40.00" in panel and "−36.00" in panel and "满分值" in panel and "如果……" not in panel
    other = next(d.code for d in city.departments if d.code != owner)
    with pytest.raises(Forbidden):
        receipt(
            site.db, Actor("d", Role.DEPARTMENT, other), city, "industry", code, span(site, city)
        )
    refused = asked(site.person(Role.DEPARTMENT, other), of="industries", receipt=code)
    assert "只对本部门" in words(refused) and "−36.00" not in words(refused)
    assert [entry.object for entry in site.log("denied.receipt")] == [code]


def test_it_can_be_taken_away(site: Site, industries: list[str]) -> None:
    leader, code = site.person(Role.LEADER), industries[2]
    ranked = rows_of(leader.get("/export/rankings.csv?of=industries"))
    assert [row["代码"] for row in ranked][:2] == [industries[3], industries[2]]
    assert ranked[0]["名称"] == site.services.catalogue.unit("industry", industries[3]).name.zh
    lines = rows_of(leader.get(f"/export/receipt.csv?of=industries&receipt={code}"))
    assert [row["代码"] for row in lines] == ["checked", "faults"]
    assert [float(row["扣分"]) for row in lines] == [36.0, 24.0]
    assert [(float(row["零分值"]), float(row["满分值"])) for row in lines] == [(0, 50), (10, 0)]
    assert leader.get("/export/receipt.csv?of=industries&receipt=none").status_code == 404


def test_it_is_chosen_like_the_others_and_kept_warm(site: Site, industries: list[str]) -> None:
    city = site.services.catalogue
    body = asked(site.person(Role.LEADER))
    hrefs = [node[1]["href"] for node in every(body, "a", cls="choice")]
    assert "/rankings?of=industries" in hrefs
    assert "industries" in [question.of for question in usual(city)]
    assert json.dumps(industries[0]) not in json.dumps(body), "and stands among its own alone"


def test_without_the_file_there_is_no_such_thing(site: Site) -> None:
    city = site.services.catalogue
    assert "industry" not in [one.code for one in measures(city)]
    with pytest.raises(KeyError):
        ranking(site.db, Actor("l", Role.LEADER), city, "industry", "industry", span(site, city))
