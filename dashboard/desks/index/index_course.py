"""The course of the district's index: drawn by assets/js/desk/sign_chart.js, told again as a table.

What was written at a minute stands; a minute at which fewer than half of the signs were known, or
at which nothing was written, is a gap.
"""

import json
from collections.abc import Sequence
from math import ceil
from typing import Any

from dashboard.components.chart import folded
from dashboard.components.light import Node, el, table
from dashboard.components.period import Period, picker
from dashboard.components.times import offsets, stamp
from dashboard.components.versions import weights_words
from dashboard.components.view import View
from dashboard.desks.index.index_question import PATH, PERIODS, IndexQuestion
from dashboard.desks.street.street_words import index_text
from data_access.scoring.index_course import Point, grain
from domain.catalogue import Catalogue

TABLE_ROWS = 48


def course(
    question: IndexQuestion,
    city: Catalogue,
    period: Period,
    points: Sequence[Point],
    now_ms: int,
) -> list[Node]:
    """Heading, periods, drawing, what it is made of, table."""
    view = question.view
    how = view.text(f"index.course.{period.name}")
    data = _data(view, city, period, points, now_ms)
    drawing = el(
        "div",
        el("p", cls="chart-said", hidden=True, role="status"),
        cls="sign-chart",
        data_chart=json.dumps(data, ensure_ascii=False, separators=(",", ":")),
    )
    known = [one for one in points if one.value is not None and not one.blind]
    return [
        el("h2", view.text("index.course")),
        picker(view, PATH, question.filters(), period, PERIODS),
        el("figure", drawing, _table(view, city, known), cls="chart"),
        el("p", how, _means(view, city, points), cls="desk-note"),
        el("p", view.text("index.course.gap"), cls="desk-note"),
    ]


def _means(view: View, city: Catalogue, points: Sequence[Point]) -> str | None:
    """Up to when hours are told, where any are."""
    means = [one.at + one.width_ms for one in points if one.width_ms]
    return view.text("index.course.means", time=stamp(means[-1], 0, city.zone)) if means else None


def _data(
    view: View, city: Catalogue, period: Period, points: Sequence[Point], now_ms: int
) -> dict[str, Any]:
    step = grain(period.span_ms).step_ms
    first, last = -(-period.from_ms // step), period.to_ms // step
    values: list[float | None] = [None] * (last - first + 1)
    for one in points:
        if one.blind:
            continue
        # a minute is told at the end of its step, the mean of an hour at every step within it
        n, end = (one.at + bool(one.width_ms)) / step, (one.at + one.width_ms) / step
        for at in range(max(0, ceil(n) - first), min(len(values), ceil(end) - first + 1)):
            values[at] = one.value
    turns = city.weights_over(period.from_ms, period.to_ms)[1:]
    name = view.text("index.title")
    return {
        **{"from": period.from_ms, "to": period.to_ms, "now": now_ms},
        "zone": offsets(city.zone, max(period.to_ms, now_ms)),
        **{"decimals": 2, "unit": "", "unit_one": "", "reach": 0, "state": None},
        "label": view.text("index.course.said", period=period.label(view)),
        "lines": [
            {"kind": "now", "name": name, "start": first * step, "step": step, "values": values}
        ],
        "marks": [],
        "episodes": [],
        "notes": [
            {"from": t.from_ms, "to": t.from_ms, "said": weights_words(view, t.weights)}
            for t in turns
        ],
        "words": {"gap": view.text("index.course.dark"), "scale": view.text("number.scale")},
    }


def _table(view: View, city: Catalogue, known: Sequence[Point]) -> Node:
    """The newest known ones, and the lowest of all."""
    rows = [
        {
            "time": stamp(one.at, 0, city.zone),
            "value": index_text(one.value, 2),
            "low": index_text(one.low, 2),
        }
        for one in list(reversed(known))[:TABLE_ROWS]
    ]
    columns = ("time", "value", "low")
    heads = [view.text(f"index.course.col.{name}") for name in columns]
    body = table(heads, rows, columns, numbers={"value", "low"}, cls="grid-table")
    return folded(view, body, len(rows), "index-course-table")
