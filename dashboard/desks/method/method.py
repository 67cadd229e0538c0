"""The sections of /about. Every number in them is taken from the rules or the catalogue."""

from collections import Counter
from dataclasses import replace
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboard.components.attributes import aria, data
from dashboard.components.mark import GLYPHS
from dashboard.components.versions import weights_words
from dashboard.components.view import View
from dashboard.words.labels import table
from data_access.settings import Settings
from domain.catalogue import Catalogue
from domain.freshness import Freshness
from domain.index import city_index
from domain.indicator import Rule
from domain.sign import GRADED, State
from domain.state import CLEAR_SHARE
from domain.weights import Weights

SECTIONS = ("about.index", "about.state", "about.fresh", "about.sum", "about.data", "about.demo")
EXAMPLE = {State.ATTENTION: 6, State.WARNING: 3, State.ALARM: 1}


def lead(view: View, city: Catalogue) -> Component:
    """The city in one sentence of counts."""
    return html.P(
        view.text(
            "about.lead",
            city=view.name(city.name),
            signs=len(city.signs),
            streets=len(city.counted),
            areas=len(city.streets) - len(city.counted),
            sources=len(city.sources),
            departments=len(city.departments),
            version=city.version,
        ),
        className="desk-lead",
    )


def index_section(view: View, city: Catalogue, now_ms: int) -> Component:
    """The formula, its receipt, the versions of its weights and what it leaves out."""
    weights = city.weights_at(now_ms)
    return _section(
        view,
        "about.index",
        html.P(view.text("about.index.formula"), className="formula"),
        html.P(view.text("about.index.rule")),
        _table(
            [view.text("about.state.col"), view.text("about.state.deduction")],
            [[state_mark(view, s), f"{weights.of(s):g}"] for s in (State.NORMAL, *GRADED)],
        ),
        *_versions(view, city, weights),
        html.P(_example(view, weights), className="example"),
        html.P(view.text("about.index.group", reference=weights.scale)),
        html.P(view.text("about.index.unknown")),
        html.P(view.text("about.index.own"), className="desk-note"),
    )


def state_section(view: View) -> Component:
    """What the states mean and how they change."""
    return _section(
        view,
        "about.state",
        _table(
            [view.text("about.state.col"), view.text("about.state.meaning")],
            [[state_mark(view, state), view.text(f"about.state.{state}")] for state in State],
        ),
        html.P(view.text("about.state.raise")),
        html.P(view.text("about.state.clear", share=f"{CLEAR_SHARE * 100:g}")),
        html.P(view.text("about.state.street")),
    )


def freshness_section(view: View) -> Component:
    """The second mark beside the state."""
    return _section(
        view,
        "about.fresh",
        _table(
            [view.text("about.fresh"), view.text("about.state.meaning")],
            [[_freshness_mark(view, f), view.text(f"about.fresh.{f}")] for f in Freshness],
        ),
        html.P(view.text("about.fresh.rule")),
    )


def aggregation_section(view: View, city: Catalogue) -> Component:
    """Which rule how many signs follow, on either level."""
    street = Counter(sign.street_rule for sign in city.signs)
    district = Counter(sign.rule for sign in city.signs)
    used = [rule for rule in Rule if street[rule] or district[rule]]
    return _section(
        view,
        "about.sum",
        html.P(view.text("about.sum.rule")),
        _table(
            [view.text(f"about.sum.col.{name}") for name in ("rule", "street", "district")],
            [
                [view.text(f"about.rule.{rule}"), str(street[rule]), str(district[rule])]
                for rule in used
            ],
        ),
    )


def data_section(view: View, city: Catalogue, settings: Settings) -> Component:
    """数据说明: the thresholds by the nature of their basis, the map, the retention."""
    found = Counter(sign.basis_type for sign in city.signs)
    return _section(
        view,
        "about.data",
        html.P(view.text("about.data.rule")),
        _table(
            [view.text(f"about.data.col.{name}") for name in ("basis", "meaning", "signs")],
            [[*_basis(view, basis), str(count)] for basis, count in found.most_common()],
        ),
        html.P(view.text("about.data.map")),
        html.P(
            view.text(
                "about.data.keep",
                raw=settings.retain_raw_days,
                minute=settings.retain_minute_days,
                hour=settings.retain_hour_days,
            )
        ),
    )


def demo_section(view: View, settings: Settings) -> Component:
    """演示数据 and whether there is any."""
    running = "about.demo.on" if settings.demo else "about.demo.off"
    return _section(
        view, "about.demo", html.P(view.text("about.demo.rule")), html.P(view.text(running))
    )


def state_mark(view: View, state: State) -> Component:
    """A state by shape, colour and word."""
    shape = html.Span(GLYPHS[state], className="mark-glyph", **data(state=state.value))
    return html.Span([shape, view.text(f"state.{state}")], className="state-word")


def _freshness_mark(view: View, freshness: Freshness) -> Component:
    about = data(freshness=freshness.value)
    return html.Span(view.text(f"freshness.{freshness}"), className="fresh", **about)


def _versions(view: View, city: Catalogue, now: Weights) -> list[Component]:
    """The version in force; all of them where there are several."""
    said: list[Component] = [html.P(weights_words(view, now))]
    if len(city.weights) > 1:
        grades = [view.text(f"state.{state}") for state in GRADED]
        version, since, scale = (
            view.text(f"versions.col.{name}") for name in ("version", "since", "scale")
        )
        said += [
            html.P(view.text("about.index.versions")),
            _table(
                [version, since, *grades, scale],
                [
                    [
                        str(w.version),
                        w.valid_from,
                        *(f"{w.of(state):g}" for state in GRADED),
                        str(w.scale),
                    ]
                    for w in city.weights
                ],
            ),
        ]
    return said


def _example(view: View, weights: Weights) -> str:
    states = [(f"{state}-{n}", state) for state, count in EXAMPLE.items() for n in range(count)]
    states += [(f"rest-{n}", State.NORMAL) for n in range(weights.scale - len(states))]
    weights = replace(weights, scale=len(states))  # as they stand in the table
    parts = [f"{count} × {weights.of(state):g}" for state, count in EXAMPLE.items()]
    return view.text(
        "about.index.example",
        sum=" − ".join(["100", *parts]),
        value=f"{city_index(states, weights).value:g}",
        total=len(states),
        **{str(state): count for state, count in EXAMPLE.items()},
    )


def _basis(view: View, basis: str) -> tuple[str, str]:
    """Name and meaning of a basis; a city may have words of its own for it."""
    key = f"about.basis.{basis}"
    return (view.text(key), view.text(f"{key}.text")) if key in table() else (basis, "")


def contents(view: View) -> Component:
    """Links to the sections."""
    links = [html.A(view.text(key), href=f"#{_anchor(key)}") for key in SECTIONS]
    return html.Nav(links, className="method-list", **aria(label=view.text("about.contents")))


def _section(view: View, title: str, *body: Any) -> Component:
    return html.Section([html.H2(view.text(title)), *body], id=_anchor(title))


def _anchor(key: str) -> str:
    return key.replace(".", "-")


def _table(heads: list[str], rows: list[list[Any]]) -> Component:
    """A table; columns of numbers stand flush right."""
    kinds = ["number" if all(map(_is_number, column)) else "" for column in zip(*rows, strict=True)]
    head = [html.Th(h, scope="col", className=k) for h, k in zip(heads, kinds, strict=True)]
    body = [
        html.Tr([html.Td(cell, className=k) for cell, k in zip(row, kinds, strict=True)])
        for row in rows
    ]
    return html.Table(
        [html.Thead(html.Tr(head)), html.Tbody(body)], className="grid-table method-table"
    )


def _is_number(cell: Any) -> bool:
    return isinstance(cell, str) and cell.replace(".", "", 1).isdigit()
