"""Rankings and receipts as light elements: what is drawn and said is what was computed."""

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.components.view import View
from dashboard.desks.rankings.page import SPEC
from dashboard.desks.rankings.rank_question import DepartmentQuestion, Question
from dashboard.desks.rankings.rank_strip import EDGE, WIDTH, strip, whisker
from dashboard.desks.rankings.rank_table import (
    COLUMNS,
    Look,
    near,
    ordered,
    out_table,
    places,
    rank_table,
    share,
    signed,
)
from dashboard.desks.rankings.receipt_panel import Slip, hundredths, receipt_panel
from dashboard.desks.rankings.receipt_whatif import SLIDERS, levers
from dashboard.desks.rankings.standings import asked
from domain.catalogue import Catalogue
from domain.scoring.by_hours import line_of, receipt
from domain.scoring.ranking import Change, Ranked, Ranking, Why
from domain.scoring.receipt import FULL, Line, Subject
from domain.sign import Sign
from domain.stays import Hours
from tests.unit.signs import WEIGHTS

VIEW = View()
ONE = (WEIGHTS,)
hours = st.integers(0, 700).map(lambda quarters: quarters / 4)


def ranked(code: str, rank: int | None, low: int = 1, high: int = 9, **other: Any) -> Ranked:
    about: dict[str, Any] = {
        **{"value": 90.0, "raw": 90.0, "low": 89.0, "high": 91.0, "tied": False, "why": None},
        **{"change": None, "numerator": None, "denominator": None, "excluded": 0.0},
        **{"coverage": 1.0, "usable": 1.0},
    }
    if rank is None:
        low, high = None, None  # type: ignore[assignment]
    return Ranked(code=code, rank=rank, rank_low=low, rank_high=high, **{**about, **other})


def look(**other: Any) -> Look:
    about: dict[str, Any] = {"view": VIEW, "decimals": 1, "rate": False, "chosen": None}
    ways = {"name": str, "page": lambda c: f"/{c}", "receipt": lambda c: f"/?{c}", "sorting": str}
    return Look(**{**about, **ways, **other})


def find(node: Any, **wanted: str) -> list[Any]:
    """Every element below `node` with these attributes."""
    if not (isinstance(node, list) and len(node) > 1 and isinstance(node[1], dict)):
        return []
    named = {k.replace("_", "-").removesuffix("-"): v for k, v in wanted.items()}
    mine = [node] if all(k in node[1] and v in node[1][k] for k, v in named.items()) else []
    return mine + [hit for child in node[2:] for hit in find(child, **wanted)]


def words(node: Any) -> str:
    if isinstance(node, str):
        return node
    return " ".join(words(child) for child in node[2:])


@given(st.integers(1, 30).flatmap(lambda n: st.tuples(st.just(n), *[st.integers(1, n)] * 3)))
def test_a_strip_has_a_dot_a_place_and_stays_in_its_frame(drawn: tuple[int, ...]) -> None:
    count, *some = drawn
    low, rank, high = sorted(some)
    made = strip(count, rank, low, high)
    assert len(find(made, class_="rank-place")) == count
    (bar,), (point,) = find(made, class_="rank-bar"), find(made, class_="rank-point")
    start, end = map(float, re.findall(r"[MH]([\d.]+)", bar[1]["d"]))
    at = float(point[1]["cx"])
    assert EDGE <= start <= at <= end <= WIDTH - EDGE
    dots = [float(dot[1]["cx"]) for dot in find(made, class_="rank-place")]
    assert dots == sorted(dots) and at == dots[rank - 1]


def test_a_whisker_stands_around_zero() -> None:
    made = whisker(2.0, 1.0, 3.0, reach=4.0, real=True)
    zero = float(re.findall(r"M([\d.]+)", find(made, class_="rank-zero")[0][1]["d"])[0])
    low, high = map(float, re.findall(r"[MH]([\d.]+)", find(made, class_="rank-reach")[0][1]["d"]))
    point = float(find(made, class_="rank-change-point")[0][1]["cx"])
    assert zero < low < point < high
    assert (low + high) / 2 == pytest.approx(point, abs=0.2)
    assert len(find(made, data_real="yes")) == 1
    beyond = whisker(-9.0, -12.0, 4.0, reach=4.0, real=False)
    assert float(find(beyond, class_="rank-change-point")[0][1]["cx"]) > 0


def test_near_means_that_either_could_stand_where_the_other_does() -> None:
    chosen = ranked("c", 6, 5, 8)
    others = [("a", 3, 2, 5), ("b", 5, 3, 8), ("d", 7, 5, 8), ("e", 8, 5, 9), ("f", 9, 8, 10)]
    found = [code for code, *standing in others if near(ranked(code, *standing), chosen)]
    assert found == ["b", "d", "e"]
    assert not near(chosen, chosen)
    assert not near(ranked("x", None), chosen)


def test_the_table_tells_ties_the_chosen_and_real_changes() -> None:
    rows = (
        ranked("a", 1, 1, 2, change=Change(2.0, 1.0, 3.0)),
        ranked("b", 2, 1, 3, tied=True, change=Change(-0.5, -1.0, 0.0)),
        ranked("c", 2, 1, 3, tied=True, change=Change(-3.0, -4.0, -2.0)),
        ranked("z", None, why=Why.SMALL_SAMPLE, denominator=12.0),
    )
    ranking = Ranking(rows, 90.0, 1)
    made = rank_table(look(chosen="b"), ranking)
    lines = find(made, data_code="")
    assert [line[1]["data-code"] for line in lines] == ["a", "b", "c"]
    assert ["data-chosen" in line[1] for line in lines] == [False, True, False]
    assert ["data-near" in line[1] for line in lines] == [True, False, True]
    assert ["并列" in words(line) for line in lines] == [False, True, True]
    changes = [words(find(line, data_column="change")[0]) for line in lines]
    assert [text.split()[0] for text in changes] == ["升", "≈", "降"]
    assert "−3.0" in changes[2] and "+2.0" in changes[0]
    assert "第 1–3 位" in words(lines[1])
    out = out_table(look(), ranking)
    assert "样本不足" in words(out) and "12" in words(out) and "30" in words(out)
    assert rank_table(look(), Ranking(rows[3:], None, 1)) is None
    assert out_table(look(), Ranking(rows[:3], None, 1)) is None


def test_rows_are_ordered_by_the_wanted_column_those_without_a_figure_last() -> None:
    rows = [
        ranked("a", 1, value=99.0, excluded=5.0),
        ranked("b", 2, value=98.0, change=Change(1.0, 0.0, 2.0), excluded=9.0),
        ranked("c", 3, value=97.0, change=Change(-1.0, -2.0, 0.0)),
    ]

    def codes(sort: str) -> str:
        return "".join(row.code for row in ordered(rows, look(sort=sort)))

    assert codes("rank") == "abc" and codes("-rank") == "cba"
    assert codes("change") == "cba" and codes("-change") == "bca"
    assert codes("-excluded") == "bac" and codes("-name") == "cba"
    made: Any = rank_table(look(sort="-excluded"), Ranking(tuple(rows), 98.0, 1))
    heads = made[2][2][2:]
    assert [head[1].get("aria-sort") for head in heads] == [
        "descending" if name == "excluded" else None for name in COLUMNS
    ]


def test_figures_in_words() -> None:
    assert places(VIEW, 3, 9) == "第 3–9 位" and places(VIEW, 4, 4) == "第 4 位"
    assert [signed(v, 1) for v in (1.84, -0.31, 0.04, -0.04)] == ["+1.8", "−0.3", "0.0", "0.0"]
    assert [share(v) for v in (1.0, 0.99999, 0.5, None)] == ["100", "99.9", "50.0", "—"]
    assert [hundredths(v) for v in (7632, -5, 0, 10_000)] == ["76.32", "−0.05", "0.00", "100.00"]


@given(st.lists(st.tuples(hours, hours, hours, hours), min_size=4, max_size=40))
def test_the_printed_lines_of_a_receipt_add_up_to_the_printed_score(
    catalogue: Catalogue, given_hours: list[tuple[float, float, float, float]]
) -> None:
    signs = catalogue.signs[: len(given_hours)]
    lines = [
        _line(s, Hours(sum(spent), *spent[1:]) if n % 5 else Hours(0.0), 24.0, len(signs))
        for n, (s, spent) in enumerate(zip(signs, given_hours, strict=True))
    ]
    hidden = {signs[1].code, signs[2].code}
    for made in (receipt("x", lines, ONE), receipt("x", lines, ONE).without(hidden)):
        panel = receipt_panel(Slip(VIEW, catalogue, "x", "28"), made)
        shown = [cents(words(row[-1])) for row in find(panel, data_points="")]
        (total,) = find(panel, data_figure="total")
        (score,) = find(panel, data_figure="sum")
        assert sum(shown) == cents(words(total)) == -made.points
        if made.score is not None:
            assert cents(words(score)) == max(0, FULL + sum(shown)) == made.score
        said = [words(row[-1]) for row in find(panel, class_="receipt-goal")]
        goals = [cents(text) for text in said if text != "—"]  # nothing is known of that goal
        folded = made.folded.points if made.folded else 0
        assert sum(goals) - folded == -made.points
        unusable = [line for line in made.lines if line.why is not None]
        brackets = [r for r in find(panel, class_="receipt-none") if words(r[-1]).startswith("(")]
        assert len(brackets) == len(unusable) >= 1


def _line(sign: Sign, spent: Hours, expected: float, signs: int) -> Line:
    subject = Subject(sign.code, sign.goal, sign.department)
    return line_of(subject, (spent,), expected=expected, weights=ONE, count=signs)


def cents(text: str) -> int:
    return int(text.replace("−", "-").replace(".", ""))


def test_sliders_are_the_states_that_took_most(catalogue: Catalogue) -> None:
    signs = catalogue.signs[:8]
    spent = [Hours(100.0, 30.0, float(n), 8.0 - n) for n in range(8)]
    lines = [_line(s, h, 100.0, 8) for s, h in zip(signs, spent, strict=True)]
    chosen = levers(receipt("x", lines, ONE))
    assert len(chosen) == SLIDERS
    assert [(lever.line.subject.code, lever.state) for lever in chosen] == [
        (signs[n].code, "alarm") for n in range(4)
    ]
    calm = levers(receipt("x", [_line(signs[0], Hours(9.0, 9.0), 9.0, 1)], ONE))
    assert [(lever.state, lever.hours) for lever in calm] == [("attention", 9.0)]
    assert levers(receipt("x", [_line(signs[0], Hours(9.0), 9.0, 1)], ONE)) == []


def test_an_address_is_a_question(catalogue: Catalogue) -> None:
    given_address = {
        **{"of": "departments", "kind": "utility", "measure": "OPS-06", "period": "28d"},
        **{"sort": "-change", "receipt": "power", "lang": "en", "zzz": "1"},
    }
    one = asked(Question.of_address(given_address), catalogue)
    question = one.question
    assert (one.peers.code, one.measure.code) == ("utility", "department")  # they have no rates
    assert Question.of_address(SPEC.stored(question)) == question
    again = question.href()
    assert again == (
        "/rankings?of=departments&kind=utility&period=28d&sort=-change&receipt=power&lang=en"
    )
    assert question.href(receipt=None, of="towns", kind=None).startswith("/rankings?of=towns&")


@pytest.mark.parametrize(
    "junk",
    [
        {"of": "galaxies", "measure": "<b>", "period": "aeon", "sort": "--rank", "receipt": "a b"},
        {"of": 7, "kind": None, "measure": [], "sort": {}, "receipt": "x" * 33, "period": 1},
        {"of": "streets", "receipt": "../etc", "from": "now", "sort": "place"},
        "no mapping",
    ],
)
def test_what_is_not_understood_is_not_asked(catalogue: Catalogue, junk: Any) -> None:
    question = Question.of_address(junk)
    assert replace(question, of="") == Question()
    assert asked(question, catalogue).peers.code == catalogue.kinds[0].code  # no city has the group
    assert DepartmentQuestion.of_address({"code": "a/b", "period": "7d"}) == DepartmentQuestion()
