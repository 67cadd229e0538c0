"""The chart of a course: plain data, drawn by assets/js/desk/sign_chart.js in the browser.

The data lies in one attribute of `.sign-chart`, so a page has it before any drawing is done, and
the table behind it says the same without a drawing.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.components import aims, mark
from dashboard.components.light import Node, el, table
from dashboard.components.period import Period
from dashboard.components.times import offsets, span, stamp
from dashboard.components.view import View
from data_access.series.notes import Note
from data_access.series.series_query import Buckets, Course
from domain.catalogue import Catalogue
from domain.clock import DAY_MS
from domain.indicator import Indicator
from domain.judging import reigns
from domain.picture import Cell
from domain.sign import GRADED, State
from domain.stays import Stay, graded, heard_until, stays

TABLE_ROWS = 48


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose course it is."""

    indicator: Indicator
    place: str
    place_name: str
    cell: Cell | None  # how it stands now; None: not known
    now_ms: int


def chart(
    view: View,
    catalogue: Catalogue,
    subject: Subject,
    period: Period,
    course: Course,
    notes: Sequence[Note] = (),
) -> Node:
    """The chart, its legend, and the table behind it."""
    indicator = subject.indicator
    data = _data(view, catalogue, subject, period, course, notes)
    drawing = el(
        "div",
        el("p", cls="chart-said", hidden=True, role="status"),
        cls="sign-chart",
        data_chart=json.dumps(data, ensure_ascii=False, separators=(",", ":")),
    )
    names = (view.text("chart.now"), view.text(before_key(period)))
    legend = [
        el("span", el("i", cls=f"chart-key chart-key-{kind}"), name)
        for kind, name in zip(("now", "before"), names, strict=True)
    ]
    if any(mark["state"] == "target" for mark in data["marks"]):
        key = el("i", cls="chart-key chart-key-target")
        legend.append(el("span", key, view.text("aim.col.target")))
    return el(
        "figure",
        drawing,
        el("figcaption", *legend, cls="chart-legend"),
        _table(view, catalogue, indicator, course, names),
        cls="chart",
    )


def before_key(period: Period) -> str:
    """The label of what lies under the line."""
    return "chart.before.week" if by_week(period) else "chart.before.previous"


def by_week(period: Period) -> bool:
    """Up to two days are compared with the same hours of last week, more with the period before."""
    return period.span_ms <= 2 * DAY_MS


def told(course: Course, subject: Subject, period: Period) -> list[Stay]:
    """The stays in known states; what is stale has had none since it went stale."""
    silent = heard_until(subject.indicator, subject.cell)
    return stays(course.transitions, period.from_ms, period.to_ms, silent)


def _data(
    view: View,
    catalogue: Catalogue,
    subject: Subject,
    period: Period,
    course: Course,
    notes: Sequence[Note],
) -> dict[str, Any]:
    indicator, cell = subject.indicator, subject.cell
    # a custom period may have ended long ago: what holds now says nothing about its end
    now = cell is not None and cell.state is not State.UNKNOWN and period.name != "custom"
    names = (view.text("chart.now"), view.text(before_key(period)))
    return {
        "from": period.from_ms,
        "to": period.to_ms,
        "now": subject.now_ms,
        "zone": offsets(catalogue.zone, max(period.to_ms, subject.now_ms)),
        "decimals": indicator.decimals,
        "unit": view.name(indicator.measured_in),
        "unit_one": indicator.unit_beside(1, view.lang),
        "reach": indicator.carries_ms or period.to_ms - period.from_ms,
        "state": cell.state.value if now and cell is not None else None,
        "label": view.text(
            "chart.said",
            sign=view.name(indicator.name),
            place=subject.place_name,
            period=period.label(view),
        ),
        "lines": [
            _line(kind, name, line)
            for kind, name, line in zip(
                ("now", "before"), names, (course.line, course.before), strict=True
            )
        ],
        "marks": [
            *_marks(view, catalogue, subject, period, course.line.step_ms),
            *_targets(view, catalogue, subject, period, course.line.step_ms),
        ],
        "episodes": [
            _episode(view, catalogue, one, now, subject.now_ms)
            for one in graded(told(course, subject, period))
        ],
        "notes": [
            {"from": n.from_ms, "to": n.to_ms, "said": f"{n.text} ({n.author})"}
            for n in notes
            if n.withdrawn_at is None
        ],
        "words": {"gap": view.text("chart.gap"), "scale": view.text("number.scale")},
    }


def _line(kind: str, name: str, line: Buckets) -> dict[str, Any]:
    return {
        "kind": kind,
        "name": name,
        "start": line.start,
        "step": line.step_ms,
        "values": line.values,
    }


def _marks(
    view: View, catalogue: Catalogue, subject: Subject, period: Period, step_ms: int
) -> list[dict[str, Any]]:
    """Every threshold for as long as its version is in force within the period.

    None beside sums of amounts: the cut-offs are those of a single interval.
    """
    found: list[dict[str, Any]] = []
    indicator = subject.indicator
    if indicator.adds_up and step_ms != indicator.slot_ms:
        return found
    for reign in reigns(catalogue, indicator, subject.place, period.from_ms, period.to_ms):
        for n, state in enumerate(GRADED):
            for edge in (reign.judge.higher[n], reign.judge.lower[n]):
                if edge is None:
                    continue
                said = view.text(
                    "chart.mark",
                    state=view.text(f"state.{state}"),
                    value=mark.with_unit(view, indicator, edge, threshold=True),
                    version=reign.thresholds.version,
                )
                found.append(
                    {
                        "state": state.value,
                        "edge": round(edge, indicator.decimals + 2),
                        "text": mark.edge(view, indicator, edge),
                        "from": reign.from_ms,
                        "to": reign.to_ms,
                        "said": said,
                    }
                )
    return found


def _targets(
    view: View, catalogue: Catalogue, subject: Subject, period: Period, step_ms: int
) -> list[dict[str, Any]]:
    """Every target for as long as it holds within the period."""
    indicator, whole, zone = subject.indicator, subject.place == catalogue.code, catalogue.zone
    if indicator.adds_up and step_ms != indicator.slot_ms:
        return []
    found = []
    for target in catalogue.targets.get(indicator.code, ()):
        wanted = target.at(whole)
        start = max(period.from_ms, zone.date_start(target.valid_from))
        end = period.to_ms
        if target.valid_to is not None:
            end = min(end, zone.date_start(target.valid_to))
        if wanted is None or start >= end:
            continue
        over = view.text(f"aim.over.{target.over}")
        said = f"{view.text('aim.col.target')} {aims.wanted(view, indicator, wanted)} {over}"
        text = mark.edge(view, indicator, wanted)
        about = {"state": "target", "edge": wanted, "text": text, "said": said}
        found.append({**about, "from": start, "to": end})
    return found


def _episode(
    view: View, catalogue: Catalogue, stay: Stay, now: bool, now_ms: int
) -> dict[str, Any]:
    open_now = stay.open and now
    said = view.text(
        "chart.episode.open" if open_now else "chart.episode",
        state=view.text(f"state.{stay.state}"),
        time=stamp(stay.from_ms, now_ms, catalogue.zone),
        span=span(view, stay.to_ms - stay.from_ms),
    )
    return {"state": stay.state.value, "from": stay.from_ms, "to": stay.to_ms, "said": said}


def _table(
    view: View, catalogue: Catalogue, indicator: Indicator, course: Course, names: tuple[str, str]
) -> Node:
    """The newest known values as a folded table; those of the comparison where instants agree."""
    line = course.line
    before = {
        course.before.start + n * course.before.step_ms: value
        for n, value in enumerate(course.before.values)
    }
    rows: list[dict[str, Any]] = []
    for n in range(len(line.values) - 1, -1, -1):
        if line.values[n] is None or len(rows) == TABLE_ROWS:
            continue
        at = line.start + n * line.step_ms
        rows.append(
            {
                "time": stamp(at, 0, catalogue.zone),
                "now": mark.figure(view, indicator, line.values[n]),
                "before": mark.figure(view, indicator, before.get(at)),
            }
        )
    heads = [view.text("chart.table.time"), *names]
    body = table(
        heads, rows, ("time", "now", "before"), numbers={"now", "before"}, cls="grid-table"
    )
    return folded(view, body, len(rows), "chart-table")


def folded(view: View, body: Node, count: int, name: str) -> Node:
    """The table below a chart, folded until somebody opens it; `count` rows, `name` its id."""
    return el(
        "details",
        el("summary", view.text("chart.table")),
        el("p", view.text("chart.table.more", n=count), cls="desk-note"),
        body,
        cls="chart-table",
        id=name,
    )
