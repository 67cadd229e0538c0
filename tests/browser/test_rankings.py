"""Receipts as the browser shows them: their sums, and what if there had been less trouble."""

import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from data_access.rankings.standings import receipt
from data_access.settings import Settings
from data_access.store.db import Database, open_database
from data_access.store.tables import rollup_day
from domain.actor import Actor, Role
from domain.catalogue import Catalogue
from domain.clock import DAY_MS, to_ms, utc_now
from domain.scoring.by_hours import points_of, spent
from domain.scoring.receipt import FULL, Receipt
from domain.span import Span
from tests.browser.conftest import Visit
from tests.browser.oracle import Words
from tests.fixtures.product import Stack
from tests.web_client import Client

LEADER = Actor("browser", Role.LEADER)
DAYS = 7

_PAPER = """() => {
  const cents = (node) => Number(node.textContent.replace("−", "-").replace(".", ""));
  const panel = document.querySelector(".receipt");
  const figure = (name) => cents(panel.querySelector(`[data-figure="${name}"]`));
  const sum = (nodes) => [...nodes].reduce((total, node) => total + cents(node), 0);
  return {name: panel.querySelector(".receipt-head span").textContent, score: figure("score"),
    total: figure("total"), end: figure("sum"),
    lines: sum(panel.querySelectorAll("tr[data-points] td:last-child")),
    goals: sum(panel.querySelectorAll(".receipt-goal td:last-child"))};
}"""


@pytest.fixture(scope="module")
def store(city: Stack, catalogue: Catalogue) -> Iterator[Database]:
    """The product's store with a week of days in it that no reading made."""
    db = open_database(Settings(data_dir=city.data_dir, demo=False))
    dice = random.Random(3)
    rows = []
    for place in (catalogue.code, *(s.code for s in catalogue.streets)):
        for sign in catalogue.signs:
            if place != catalogue.code and not sign.at_street:
                continue
            known = 24.0 * (dice.random() > 0.03)
            for back in range(1, DAYS + 1):
                parts = sorted(dice.random() ** 9 * known for _ in range(3))
                spent = (parts[0], parts[1] - parts[0], parts[2] - parts[1])
                start = _today(catalogue) - back * DAY_MS
                rows.append(
                    (
                        place,
                        sign.code,
                        start,
                        8_000.0,
                        100.0,
                        1,
                        1.0,
                        1.0,
                        1.0,
                        False,
                        known,
                        *spent,
                    )
                )
    with db.write() as conn:
        db.upsert(conn, rollup_day, rows)
    yield db
    db.close()


def _today(catalogue: Catalogue) -> int:
    return catalogue.zone.day_start(to_ms(utc_now()))


def span_of(catalogue: Catalogue) -> Span:
    """The whole days before today."""
    end = _today(catalogue)
    return Span.of(end - DAYS * DAY_MS, end, to_ms(utc_now()), catalogue.zone)


def address(catalogue: Catalogue, of: str, **more: str) -> str:
    first, last = (catalogue.zone.date(_today(catalogue) - back * DAY_MS) for back in (DAYS, 1))
    asked = {"of": of, "period": "custom", "from": first, "to": last, **more}
    return "/rankings?" + "&".join(f"{name}={value}" for name, value in asked.items())


def receipt_of(db: Database, catalogue: Catalogue, place: str) -> Receipt:
    return receipt(db, LEADER, catalogue, "index", place, span_of(catalogue))


@pytest.mark.parametrize(("of", "kind"), [("streets", "street"), ("towns", "town")])
def test_every_receipt_adds_up_on_the_page(
    city: Stack, leader: Client, store: Database, catalogue: Catalogue, visit: Visit, of: str,
    kind: str,
) -> None:  # fmt: skip
    page = visit(city, leader, 1440, 900).tab()
    page.goto(city.url + address(catalogue, of))
    page.wait_for_selector(".rank-table")
    names = {s.code: s.name.zh for s in catalogue.streets if s.kind == kind}
    ranked = page.locator("tr[data-code]").evaluate_all("(rows) => rows.map((r) => r.dataset.code)")
    assert set(ranked) <= set(names) and len(ranked) > 5
    seen = []
    for code in ranked:
        page.locator(f'tr[data-code="{code}"] [data-column=score] a').click()
        page.wait_for_function(
            "(name) => document.querySelector('.receipt-head span')?.textContent === name",
            arg=names[code],
        )
        paper = page.evaluate(_PAPER)
        want = receipt_of(store, catalogue, code)
        assert paper["score"] == paper["end"] == want.score == FULL + paper["total"], code
        assert paper["lines"] == paper["goals"] == paper["total"] == -want.points, code
        seen.append(want.score)
    assert len(set(seen)) > 5


def test_what_if_agrees_with_the_server_and_prints_on_one_sheet(
    city: Stack, leader: Client, store: Database, catalogue: Catalogue, visit: Visit
) -> None:
    code = next(s.code for s in catalogue.streets if s.kind == "town")
    want, words = receipt_of(store, catalogue, code), Words("zh")
    page = visit(city, leader, 1440, 900).tab()
    page.goto(city.url + address(catalogue, "towns", receipt=code))
    page.wait_for_selector(".whatif input")
    panel = page.locator(".whatif")
    assert cents(panel.locator("[data-score]").inner_text()) == want.score
    tried: dict[str, dict[str, float]] = {}
    rows = panel.locator("[data-row]")
    for n in range(rows.count()):
        slider = rows.nth(n).locator("input")
        slider.focus()
        page.keyboard.press("Home" if n % 2 == 0 else "ArrowLeft")
        name = str(slider.get_attribute("name")).split("-")
        sign, state, left = "-".join(name[1:-1]), name[-1], float(slider.input_value()) / 60
        tried.setdefault(sign, {})[state] = left
        score = recomputed(want, tried)
        assert cents(panel.locator("[data-score]").inner_text()) == score
        assert score > (want.score or 0)
        assert cents(panel.locator("[data-gain]").inner_text()) == score - (want.score or 0)
    said = panel.locator("[data-said]").inner_text()
    assert said.count("若少") == rows.count() and "1 分钟" in said
    panel.locator("[data-reset]").click()
    assert cents(panel.locator("[data-score]").inner_text()) == want.score
    assert panel.locator("[data-said]").inner_text() == words["rankings.whatif.none"]
    assert pages_printed(page) == 1


def recomputed(given: Receipt, tried: dict[str, dict[str, float]]) -> int:
    """The score had these signs spent other hours in these states, by the rules of the domain."""
    points = given.points
    for line in given.lines:
        if line.subject.code in tried:
            hours: Any = replace(spent(line).hours, **tried[line.subject.code])
            points += points_of((hours,), given.weights, given.count) - line.points
    return max(0, FULL - points)


def cents(text: str) -> int:
    return int(text.replace("−", "-").replace("+", "").replace(".", ""))


def pages_printed(page: Page) -> int:
    """How many sheets the receipt's own button would print."""
    page.evaluate("() => { window.print = () => {}; }")
    page.locator(".receipt button[data-print]").click()
    assert page.evaluate("document.documentElement.dataset.print") == "receipt"
    paper = page.pdf(prefer_css_page_size=True)
    return paper.count(b"/Type /Page\n") + paper.count(b"/Type /Page ")


def test_points_of_the_chart_pick_rows(
    city: Stack, leader: Client, store: Database, catalogue: Catalogue, visit: Visit
) -> None:
    page = visit(city, leader, 1440, 900).tab()
    page.goto(city.url + address(catalogue, "streets"))
    rows = page.locator(".rank-table:not(.rank-out) tbody tr")
    page.wait_for_selector(".rank-table")
    count = rows.count()
    assert count > 5
    columns = page.locator(".rank-plot a[data-key]")
    expect(columns).to_have_count(count)
    for n in (1, 3):
        columns.nth(n).locator(".plot-column").click()
        expect(page.locator(".pick-bar b")).to_contain_text("1" if n == 1 else "2")
    expect(rows).to_have_count(2)
    page.locator(".pick-clear").click()
    expect(rows).to_have_count(count)
    columns.nth(2).focus()
    page.keyboard.press("Enter")
    expect(rows).to_have_count(1)
    expect(columns.nth(2)).to_be_focused()
    page.go_back()
    expect(rows).to_have_count(count)
