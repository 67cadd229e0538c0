"""What is said of a sign in every state, and its definition, in both languages."""

from typing import Any

import pytest

from dashboard.components.crossing import crossing
from dashboard.components.view import View
from dashboard.desks.sign import definition
from dashboard.desks.sign.page import SPEC as SIGN
from dashboard.desks.sign.sign_now import Here, head, sentence
from dashboard.desks.sign.sign_places import by_badness
from dashboard.desks.sign.sign_question import SignQuestion
from dashboard.desks.signs.page import SPEC as SIGNS
from dashboard.desks.signs.signs_question import SORTS, SignsQuestion
from data_access.series.states import Transition
from domain.catalogue import Catalogue
from domain.freshness import Freshness
from domain.judging import lines_of
from domain.picture import NOTHING, Cell
from domain.sign import GRADED, State
from domain.stays import graded, stays
from tests.clocks import FixedClock
from tests.unit.test_marks import texts

NOW = FixedClock().ms
MINUTE = 60_000


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_definition_is_whole(catalogue: Catalogue, lang: str) -> None:
    view, street = View(lang), catalogue.streets[0].code
    for sign in catalogue.signs:
        for place in (catalogue.code, street) if sign.at_street else (catalogue.code,):
            parts = definition.panel(view, catalogue, sign, place, None, NOW)
            said = "".join(texts(part) for part in parts)
            owner = catalogue.department[sign.department]
            source = catalogue.source[sign.source]
            for word in (
                sign.code,
                view.name(owner.name),
                view.name(source.name),
                sign.thresholds[-1].valid_from,
            ):
                assert word in said, (sign.code, word)
            assert "None" not in said and "{" not in said, sign.code
            scaled = place == street and sign.threshold_rule.startswith("scale_")
            where = view.name(catalogue.streets[0].name)
            assert (where in said) is scaled, sign.code


def here(catalogue: Catalogue, sign_at: int, cell: Cell | None, lang: str) -> Here:
    sign = catalogue.signs[sign_at]
    question = SignQuestion(sign.code, view=View(lang))
    picture: Any = object()  # there is one; nothing in it is asked for
    return Here(question, catalogue, sign, catalogue.code, cell, picture, NOW)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_state_of_every_sign_can_be_said(catalogue: Catalogue, lang: str) -> None:
    view = View(lang)
    for n, sign in enumerate(catalogue.signs):
        lines = lines_of(catalogue, sign, catalogue.code, None, NOW)
        for grade, state in enumerate(GRADED):
            for edge in (lines.higher[grade], lines.lower[grade]):
                if edge is None:
                    continue
                upper = edge == lines.higher[grade]
                since = NOW - 5 * MINUTE
                cell = Cell(edge, state, Freshness.LIVE, NOW, since, False, edge, upper)
                said = "".join(texts(node) for node in head(here(catalogue, n, cell, lang)))
                assert view.text(f"state.{state}") in said
                key = "sign.why.high" if upper else "sign.why.low"
                start = view.text(key, state=view.text(f"state.{state}"), edge="~").split("~")[0]
                assert start in said, (sign.code, state, edge)
        for cell, key in (
            (NOTHING, "never"),
            (Cell(1.0, State.UNKNOWN, Freshness.STALE, NOW, None, False), "stale"),
            (None, "absent"),
        ):
            said = sentence(here(catalogue, n, cell, lang))
            name = view.name(sign.name)
            assert name in said, key
            assert view.text("state.normal").lower() not in said.replace(name, "").lower(), key


@pytest.mark.parametrize(
    ("upper", "lang", "words"),
    [
        (True, "zh", "已回落，未到解除线 23.75 cm"),
        (False, "zh", "已回升，未到解除线 23.75 cm"),
        (True, "en", "back below, not yet under the clear line 23.75 cm"),
        (False, "en", "back above, not yet over the clear line 23.75 cm"),
    ],
)
def test_a_state_that_is_held_says_so(
    catalogue: Catalogue, upper: bool, lang: str, words: str
) -> None:
    n = next(n for n, sign in enumerate(catalogue.signs) if sign.code == "FAC-13")
    sign, view = catalogue.signs[n], View(lang)
    cell = Cell(24.5, State.ALARM, Freshness.LIVE, NOW, NOW - MINUTE, False, 25.0, upper, 23.75)
    said = "".join(texts(node) for node in head(here(catalogue, n, cell, lang)))
    assert words in said and "≥" not in said and "≤" not in said
    assert crossing(view, sign, cell) == words
    beyond = cell._replace(value=26.0, clear=None)
    assert crossing(view, sign, beyond) == ("≥ 25.0 cm" if upper else "≤ 25.0 cm")


def test_stays_are_cut_out_of_transitions() -> None:
    told = [
        Transition(0, "alarm", 1.0, 1),
        Transition(10, "normal", 1.0, 1),
        Transition(20, "attention", 1.0, 1),
        Transition(30, "warning", 1.0, 2),
    ]
    found = [(s.state, s.from_ms, s.to_ms, s.open) for s in graded(stays(told, 5, 50))]
    assert found == [
        (State.ALARM, 0, 10, False),
        (State.ATTENTION, 20, 30, False),
        (State.WARNING, 30, 50, True),
    ]
    assert next(s.state for s in graded(stays(told, 10, 50))) is State.ATTENTION
    assert stays([], 0, 9) == []


def test_streets_without_a_fresh_value_come_after_all_that_are_known(catalogue: Catalogue) -> None:
    n, sign = next((n, s) for n, s in enumerate(catalogue.signs) if s.at_street)
    cells = {s.code: Cell(sign.typical, State.NORMAL, Freshness.LIVE, NOW, NOW, False)
             for s in catalogue.streets}  # fmt: skip
    old, never, bad = (s.code for s in catalogue.counted[:3])
    cells[old] = Cell(1e9, State.UNKNOWN, Freshness.STALE, NOW, None, False)
    cells[never] = NOTHING
    cells[bad] = Cell(sign.typical, State.ATTENTION, Freshness.LATE, NOW, NOW, False)
    ranked = by_badness(here(catalogue, n, None, "zh"), cells)
    order = [(rank, street.code) for rank, street in ranked if street.counts]
    assert order[0] == (1, bad)
    assert {rank for rank, _ in order[1:-2]} == {2}
    assert order[-2:] == [(None, old), (None, never)]


def test_questions_survive_the_way_to_the_browser_and_back() -> None:
    sign = SignQuestion.of({"code": "X-1", "street": "310", "period": "custom", "from": "a",
                            "to": "b", "lang": "en", "theme": "dark"})  # fmt: skip
    assert SignQuestion.of(SIGN.stored(sign)) == sign
    assert sign.at(None) == "/sign/X-1?period=custom&from=a&to=b&lang=en&theme=dark"
    assert SignQuestion.of({"period": ["7d"], "code": 7}) == SignQuestion()
    every = SignsQuestion.of({"domain": "d", "state": "alarm", "sort": f"-{SORTS[0]}", "q": " x "})
    assert SignsQuestion.of(SIGNS.stored(every)) == every
    assert every.q == "x" and every.sort == f"-{SORTS[0]}"
    for odd in ("--code", "nothing", "-", 7, None):
        assert SignsQuestion.of({"sort": odd}).sort is None
