"""What if there had been less trouble: sliders over what took most (assets/js/desk/whatif.js)."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from dashboard.components.light import Node, el
from dashboard.components.view import View
from dashboard.words.labels import label
from domain.catalogue import Catalogue
from domain.scoring.by_hours import spent
from domain.scoring.ranking import SHRINK_M, Ranked, Ranking
from domain.scoring.receipt import Line, Receipt, Recipe
from domain.sign import GRADED, State

SLIDERS = 4
_WORDS = ("alarm", "warning", "attention", "none", "join", "rank")
_SPANS = ("hours", "minutes", "hours_minutes")


class Lever(NamedTuple):
    """One slider: the hours of a line in one state, under one version of the weights."""

    line: Line
    part: int
    state: State
    hours: float


def levers(receipt: Receipt) -> list[Lever]:
    """The hours of trouble that took most, the most first: in a calm city those in attention."""
    found = []
    for line in receipt.lines:
        for part, ill in enumerate(spent(line).parts):
            for state in reversed(GRADED):
                hours: float = getattr(ill, state)
                if line.points > 0 and round(hours * 60) >= 1:
                    found.append(Lever(line, part, state, hours))

    def took(lever: Lever) -> float:
        weights = receipt.weights[lever.part]
        return weights.scale * weights.of(lever.state) * lever.hours / spent(lever.line).hours.known

    found.sort(key=lambda lever: (-took(lever), lever.line.subject.code, lever.state, lever.part))
    return found[:SLIDERS]


def whatif(
    view: View, catalogue: Catalogue, receipt: Receipt, others: Sequence[int]
) -> list[Any] | None:
    """The panel; None where no hours were deducted that could be fewer."""
    if receipt.recipe is not Recipe.HOURS:
        return None
    chosen = levers(receipt)
    if receipt.score is None or not chosen:
        return None
    lines = list({lever.line.subject.code: lever.line for lever in chosen}.values())
    place = {line.subject.code: n for n, line in enumerate(lines)}
    return _panel(
        view,
        [_row(view, catalogue, receipt, lever, place[lever.line.subject.code]) for lever in chosen],
        ranked=bool(others),
        data_whatif=_model(receipt, lines, others),
        data_words=_words(view),
    )


def whatif_rate(
    view: View, ranking: Ranking, row: Ranked, higher_is_better: bool, base: float, unit: str
) -> list[Any] | None:
    """The panel for a rate: its numerator, from what it is to what it could be at best."""
    n, k = round(row.denominator or 0), round(row.numerator or 0)
    best = n if higher_is_better else 0
    if ranking.mean is None or not n or k == best:
        return None
    whole = sum(other.denominator or 0.0 for other in ranking.rows)
    model = {
        **{"n": n, "k": k, "m": SHRINK_M, "base": base, "decimals": ranking.decimals},
        "all": [ranking.mean / base * whole, whole],
        "higher": higher_is_better,
        "others": [r.value for r in ranking.rows if r.rank is not None and r.code != row.code],
    }
    name = view.text("rankings.whatif.numerator")
    slider = el(
        "input",
        type="range",
        id="whatif-rate",
        name="whatif-rate",
        min=min(k, best),
        max=max(k, best),
        step=1,
        value=k,
    )
    words = {
        name: label(f"rankings.whatif.{name}", view.lang) for name in ("rank", "more", "fewer")
    }
    words |= {"none": label("rankings.whatif.none_rate", view.lang), "unit": unit}
    return _panel(
        view,
        [
            el(
                "div",
                el("label", name, for_="whatif-rate"),
                slider,
                el("output", for_="whatif-rate", data_now=True),
                cls="whatif-row",
                data_row=name,
            )
        ],
        ranked=row.rank is not None,
        data_rate=msgspec.json.encode(model).decode(),
        data_words=msgspec.json.encode(words).decode(),
    )


def _panel(view: View, rows: Sequence[Node], *, ranked: bool, **about: str) -> list[Any]:
    """Heading, sliders, and what comes of them."""
    return el(
        "section",
        el(
            "div",
            el("b", view.text("rankings.whatif")),
            el("span", view.text("rankings.whatif.only_here")),
            el("button", view.text("rankings.whatif.reset"), type="button", data_reset=True),
            cls="whatif-head",
        ),
        *rows,
        el(
            "p",
            el("b", data_score=True),
            el("span", data_gain=True),
            el("span", data_rank=True) if ranked else None,
            cls="whatif-sum",
        ),
        el("p", cls="whatif-said", data_said=True, aria_live="polite"),
        cls="whatif",
        aria_label=view.text("rankings.whatif"),
        **about,
    )


def _row(view: View, catalogue: Catalogue, receipt: Receipt, lever: Lever, n: int) -> Node:
    code = lever.line.subject.code
    sign = catalogue.sign.get(code)
    name = code if sign is None else view.name(sign.short)
    about = f"whatif-{code}-{lever.state}"
    if len(receipt.weights) > 1:
        version = receipt.weights[lever.part].version
        name = view.text("versions.of", name=name, version=version)
        about = f"{about}-{version}"
    minutes = round(lever.hours * 60)
    slider = el(
        "input",
        type="range",
        id=about,
        name=about,
        min=0,
        max=minutes,
        step=1,
        value=minutes,
        data_line=n,
        data_part=lever.part,
        data_kind=lever.state.value,
    )
    text = view.text("rankings.whatif.row", name=name, state=view.text(f"state.{lever.state}"))
    return el(
        "div",
        el("label", text, for_=about),
        slider,
        el("output", for_=about, data_now=True),
        cls="whatif-row",
        data_row=name,
    )


def _model(receipt: Receipt, lines: Sequence[Line], others: Sequence[int]) -> str:
    """All that the script needs: hours as they are, everything else as one sum (hundredths)."""
    model = {
        "signs": receipt.count,
        "weights": receipt.weights,
        "rest": receipt.points - sum(line.points for line in lines),
        "lines": [
            {
                "known": spent(line).hours.known,
                "parts": [
                    {state.value: getattr(part, state) for state in GRADED}
                    for part in spent(line).parts
                ],
            }
            for line in lines
        ],
        "others": list(others),
    }
    return msgspec.json.encode(model).decode()


def _words(view: View) -> str:
    words = {name: label(f"rankings.whatif.{name}", view.lang) for name in _WORDS}
    words |= {name: label(f"duration.{name}", view.lang) for name in _SPANS}
    return msgspec.json.encode(words).decode()
