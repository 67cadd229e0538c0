"""No number of the wall contradicts the snapshot, another number, or what was sent."""

import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from domain.catalogue import Catalogue
from domain.freshness import Freshness
from domain.sign import GRADED, SEVERITY, Sign, State
from tests.browser.conftest import Visit
from tests.browser.feed import Feeder, fates, mixed_city, quick_signs, reading, value_for
from tests.browser.oracle import shown
from tests.browser.picture import Picture, number
from tests.browser.wall import Wall
from tests.conditions import eventually
from tests.fixtures.product import Stack, running
from tests.system.people import sign_in_new
from tests.web_client import Client

DEDUCTS = {"attention": Decimal("0.25"), "warning": Decimal("0.75"), "alarm": Decimal(2)}
VIEWS = [
    ("?lang=zh&theme=dark", 1920),
    ("?lang=en&theme=light", 1920),
    ("?lang=zh&theme=light", 3840),
    ("?lang=en&theme=dark", 5760),
]

_HEADS = """() => Object.fromEntries([...document.querySelectorAll("#wall .panel")].map((panel) => [
  panel.dataset.domain,
  {index: panel.querySelector(".figure").textContent,
   counts: Object.fromEntries([...panel.querySelectorAll(".chip")].map((chip) => [
     chip.className.replace(/chip(-| )?/g, "").trim(), Number(chip.querySelector("b").textContent)
   ]))}
]))"""
_ALERTS = """() => [...document.querySelectorAll("#wall .alert")].map((alert) => ({
  state: alert.dataset.state, mark: alert.querySelector(".mark").dataset.state,
  what: alert.querySelector(".what").textContent,
  where: alert.querySelector(".where span").textContent,
  several: alert.querySelector(".where small").textContent,
  value: alert.querySelector(".value").textContent,
  owner: alert.querySelector(".owner").textContent,
}))"""

_TALLY = """() => [...document.querySelectorAll("#wall-map-foot .tally:first-child > *")]
  .map((chip) => chip.innerText.trim().split(/\\s+/))"""


@pytest.fixture(scope="module")
def city() -> Iterator[Stack]:
    """A product of its own: here every state of every street is counted."""
    with running() as stack:
        yield stack


@pytest.fixture(scope="module")
def leader(city: Stack) -> Client:
    return sign_in_new(city, "numbers.leader", "leader")


@pytest.fixture(scope="module")
def feeder(city: Stack) -> Feeder:
    return Feeder(city, "numbers")


def in_streets(catalogue: Catalogue) -> dict[str, tuple[Sign, State]]:
    """Some streets in trouble: a sign and its state by street."""
    quick, states = quick_signs(catalogue)[:3], [*GRADED, State.NORMAL, State.NORMAL]
    streets = enumerate(catalogue.counted[:30])
    return {street.code: (quick[n % 3], states[n % 5]) for n, street in streets}


def worst(catalogue: Catalogue) -> dict[str, State]:
    """The worst state anywhere of every sign that has one, of all that was sent."""
    found = {code: fate.state for code, fate in fates(catalogue).items()}
    for sign, state in in_streets(catalogue).values():
        found[sign.code] = max(found[sign.code], state, key=lambda one: SEVERITY[one])
    return {code: state for code, state in found.items() if state in GRADED}


@pytest.fixture
def fed(feeder: Feeder, catalogue: Catalogue) -> Feeder:
    """The mixture in the district, and some streets in trouble."""
    feeder.post(mixed_city(catalogue))
    feeder.post(
        reading(sign, value_for(sign, state), street)
        for street, (sign, state) in in_streets(catalogue).items()
    )
    return feeder


class Still:
    """The wall and the snapshot it shows, nothing having moved while both were read."""

    def __init__(self, wall: Wall, catalogue: Catalogue, lang: str) -> None:
        self.wall = wall
        self.catalogue = catalogue
        self.lang = lang
        self.dom: dict[str, Any] = {}
        self.picture = Picture(catalogue, eventually(self._hold, timeout=20), lang)

    def _hold(self) -> dict[str, Any]:
        page, said = self.wall.page, self.wall.snapshot()
        self.dom = {
            "cells": self.wall.cells(),
            "streets": self.wall.streets(),
            "heads": page.evaluate(_HEADS),
            "alerts": page.evaluate(_ALERTS),
            "board": page.locator("#wall .board .head .chip").all_inner_texts(),
            "kinds": [
                mark.get_attribute("data-state")
                for mark in page.locator("#wall .board .head .chip .mark").all()
            ],
            "more": page.locator("#wall .more").all_inner_texts(),
            "lowest": [
                tuple(row.split("\n")) for row in page.locator("#wall .ranked").all_inner_texts()
            ],
            "big": self.wall.text("#wall-index .big").replace("\n", ""),
            "sum": self.wall.text("#wall-index .sum"),
            "deductions": page.locator(".deductions li").all_inner_texts(),
            "goals": page.locator(".goal .figure").all_inner_texts(),
            "tally": page.evaluate(_TALLY),
            "vitals": self.wall.text("#wall-top .vitals"),
            "health": page.locator(".health-words span b").all_inner_texts(),
            "sentence": self.wall.text("#wall-sentence").replace("\n", ""),
            "trends": page.locator(".trend .now-value b").all_inner_texts(),
        }
        return said if said["version"] == self.wall.version else {}


@pytest.fixture(params=VIEWS, ids=[query for query, _ in VIEWS])
def still(
    request: pytest.FixtureRequest,
    city: Stack,
    leader: Client,
    fed: Feeder,
    catalogue: Catalogue,
    visit: Visit,
) -> Still:
    query, width = request.param
    wall = Wall(visit(city, leader, width, 1080).tab(), city.url).open(query)
    wanted = {code: (f.state, f.freshness) for code, f in fates(catalogue).items()}

    def told(wall: Wall) -> bool:
        cells = wall.cells()
        return all((cells[c].state, cells[c].freshness) == w for c, w in wanted.items())

    wall.eventually(told)
    return Still(wall, catalogue, query[6:8])


def test_everything_agrees(still: Still) -> None:
    """One page load a view: the parts are told apart by the name of the check that fails."""
    cells_say_what_was_sent_and_published(still)
    the_index_is_a_receipt(still)
    heads_add_up(still)
    map_and_legend_agree(still)
    the_board_lists_what_is_published(still)
    sources_and_time(still)
    the_sentence_counts_alike(still)


def cells_say_what_was_sent_and_published(still: Still) -> None:
    picture, cells = still.picture, still.dom["cells"]
    drawn = {c: (x.name, x.value, x.unit, x.state, x.freshness) for c, x in cells.items()}
    assert drawn == picture.cells()
    for code, fate in fates(still.catalogue).items():
        sign, cell = still.catalogue.sign[code], cells[code]
        if fate.freshness is Freshness.NEVER:
            assert cell.value == "—"
            continue
        state = State.NORMAL if fate.state is State.UNKNOWN else fate.state
        assert cell.value == shown(value_for(sign, state), sign, still.lang), code
    trends = [cells[s.code].value for s in still.catalogue.signs if s.wall_trend]
    assert still.dom["trends"] == trends


def the_index_is_a_receipt(still: Still) -> None:
    said, dom = still.picture.snapshot, still.dom
    index = number(dom["big"])
    assert dom["big"] == still.picture.index(said["index"], 2)
    rows = [re.split(r"[\n]", row.strip()) for row in dom["deductions"]]
    assert index == 100 + sum(number(row[-1]) for row in rows)
    assert number(dom["sum"].split("−")[-1]) == 100 - index
    states = Counter(fate.state for fate in fates(still.catalogue).values())
    assert index == 100 - sum(DEDUCTS[s] * n for s, n in states.items() if s in DEDUCTS)
    named = still.picture.deductions()[: len(rows) - 1]
    signs = still.catalogue.sign
    assert [(r[0], -number(r[-1])) for r in rows[:-1]] == [
        (still.picture.short(signs[code]), points) for code, points in named
    ]
    rest = len(said["detractors"]) - len(named)
    assert rows[-1][0] == still.picture.words.say("wall.detractors.rest", n=rest)
    assert dom["goals"] == [still.picture.index(g["index"], 1) for g in said["goals"]]


def heads_add_up(still: Still) -> None:
    heads, said = still.dom["heads"], still.picture.snapshot
    for domain in said["domains"]:
        head = heads[domain["code"]]
        assert head["index"] == still.picture.index(domain["index"], 1)
        assert head["counts"] == still.picture.counts(domain["code"])
        states = sum(n for kind, n in head["counts"].items() if kind != "late")
        assert states == domain["signs"]
        for kind in ("normal", "attention", "warning", "alarm", "late", "stale"):
            assert head["counts"].get(kind, 0) == domain[kind], (domain["code"], kind)
    assert sum(d["signs"] for d in said["domains"]) == len(still.catalogue.signs)


def map_and_legend_agree(still: Still) -> None:
    said, dom, words = still.picture.snapshot, still.dom, still.picture.words
    assert dom["streets"] == {s["code"]: s["state"] for s in said["streets"]}
    counts = Counter(words[f"state.{s['state']}"] for s in said["streets"])
    head, *chips = dom["tally"]
    assert head[-1] == str(len(still.catalogue.counted))
    assert {" ".join(chip[1:]): int(chip[0]) for chip in chips} == counts


def the_board_lists_what_is_published(still: Still) -> None:
    picture, dom, signs = still.picture, still.dom, still.catalogue.sign
    alerts = picture.alerts()
    drawn = dom["alerts"]
    assert 0 < len(drawn) <= len(alerts)
    heads = {(r["sign"], r["street"], r["state"]): r for r in reversed(picture.snapshot["alerts"])}
    for node, alert in zip(drawn, alerts, strict=False):
        sign = signs[alert.sign]
        row = heads[alert.sign, alert.street, alert.state]
        assert (node["state"], node["mark"]) == (alert.state, alert.state)
        assert node["what"] == picture.short(sign)
        assert node["where"] == picture.place(alert.street)
        assert node["value"].startswith(picture.value(sign, row["value"]))
        owner = still.catalogue.department[sign.department]
        assert node["owner"] == owner.tight.of(picture.lang)
        sent = [s for s, state in in_streets(still.catalogue).values() if state in GRADED]
        assert alert.places == sent.count(sign)
        if node["several"]:
            assert re.findall(r"\d+", node["several"]) == [str(alert.places - 1)]
    hidden = len(alerts) - len(drawn)
    assert dom["more"] == ([picture.words.say("wall.alerts.more", n=hidden)] if hidden else [""])
    counts = dict(zip(dom["kinds"], map(int, dom["board"]), strict=True))
    assert counts == dict(Counter(worst(still.catalogue).values()))
    lowest = [(row[0], row[-1]) for row in dom["lowest"]]
    assert lowest == picture.lowest(len(lowest))


def sources_and_time(still: Still) -> None:
    said, dom, words = still.picture.snapshot["sources"], still.dom, still.picture.words
    assert [int(n) for n in dom["health"]] == [said[k] for k in ("live", "late", "stale", "never")]
    vitals = dom["vitals"].replace("\n", " ")
    lost = said["stale"] + said["never"]
    for kind, count in (("live", said["live"]), ("late", said["late"]), ("lost", lost)):
        assert f"{count} {words[f'wall.sources.{kind}']}" in vitals
    assert still.picture.data_time() in vitals


def the_sentence_counts_alike(still: Still) -> None:
    """The first alert by name, the others as numbers: together the counts of the board."""
    sentence, picture = still.dom["sentence"], still.picture
    head = picture.alerts()[0]
    assert picture.short(still.catalogue.sign[head.sign]) in sentence
    counts = Counter(str(state) for state in worst(still.catalogue).values())
    counts[head.state] -= 1
    unknown = len([s for s in picture.snapshot["signs"] if s["state"] == "unknown"])
    said = [int(n) for n in re.findall(r"(?<![\d.,])(\d+) (?:项|in |without)", sentence)]
    grades = [counts[kind] for kind in ("alarm", "warning", "attention") if counts[kind]]
    assert said == [*grades, unknown], sentence


def test_counts_hold_when_there_are_more_alerts_than_a_wall_can_list(
    city: Stack, leader: Client, fed: Feeder, catalogue: Catalogue, visit: Visit
) -> None:
    """A storm over every street: the board lists some of it and counts all of it."""
    storm = quick_signs(catalogue)[3:6]
    fed.post(  # worse than all that is told already: the board begins with the worst
        reading(sign, sign.value_max, street.code) for sign in storm for street in catalogue.counted
    )
    wall = Wall(visit(city, leader, 3840, 1080).tab(), city.url).open()
    wall.eventually(lambda w: set(w.streets().values()) == {"alarm"})
    rows = {alert["what"]: alert["several"] for alert in wall.page.evaluate(_ALERTS)}
    listed = [rows[sign.short.zh] for sign in storm if sign.short.zh in rows]
    assert listed
    for several in listed:
        assert re.findall(r"\d+", several) == [str(len(catalogue.counted) - 1)], listed
    bad = worst(catalogue) | {sign.code: State.ALARM for sign in storm}
    more = re.findall(r"\d+", "".join(wall.page.locator("#wall .more").all_inner_texts()))
    assert len(rows) + sum(map(int, more)) == len(bad)
    counts = wall.page.locator("#wall .board .head .chip").all_inner_texts()
    assert sum(map(int, counts)) == len(bad)


def values(wall: Wall) -> dict[str, str]:
    """The value of every cell."""
    return {code: cell.value for code, cell in wall.cells().items()}


LARGE = [0, 9_999, 10_000, 99_999, 100_000, 123_456, 250_000, 999_400, 999_600, 1_000_000]
BELOW_ZERO = [-12.3, -0.04]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_large_and_negative_numbers(
    city: Stack, leader: Client, feeder: Feeder, catalogue: Catalogue, visit: Visit, lang: str
) -> None:
    wide = [s for s in catalogue.signs if s.value_max >= max(LARGE) and not s.derived]
    cold = [s for s in catalogue.signs if s.value_min < min(BELOW_ZERO)]
    sent = dict(zip(wide, map(float, LARGE), strict=False))
    assert len(sent) == len(LARGE)
    wall = Wall(visit(city, leader).tab(), city.url).open(f"?lang={lang}")
    for value in BELOW_ZERO:
        sent |= {cold[0]: value}
        feeder.post(reading(sign, value) for sign, value in sent.items())
        wanted = {s.code: shown(round(v, s.decimals), s, lang) for s, v in sent.items()}
        eventually(lambda want=wanted: want.items() <= values(wall).items())  # type: ignore[misc]
    faults = wall.look()
    assert not faults, "\n".join(faults)
