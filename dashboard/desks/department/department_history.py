"""A department's score day by day as an inline drawing; a day without data is a gap."""

from collections.abc import Sequence

from dashboard.components.light import Node, el
from dashboard.components.spark import path
from dashboard.components.view import View
from dashboard.desks.rankings.receipt_panel import hundredths
from data_access.scoring.departments import DayScore
from domain.zone import Zone

WIDTH, HEIGHT = 640.0, 170.0
LEFT, RIGHT, TOP, BOTTOM = 56.0, 76.0, 12.0, 36.0
FULL = 10_000
STEPS = (50, 100, 200, 500, 1_000, 2_000, 5_000)  # hundredths between two lines


def history(view: View, days: Sequence[DayScore], to_ms: int, zone: Zone) -> list[Node]:
    """Heading and drawing of full days up to `to_ms` (epoch ms, a midnight), or a sentence."""
    title = el("h2", view.text("department.history"))
    if not days:
        return [title, el("p", view.text("department.history.none"), cls="desk-empty")]
    first, count = days[0].start, zone.days_between(days[0].start, to_ms)
    low, step = _floor([day.score for day in days])
    known = {zone.days_between(first, day.start): day.score for day in days}

    def x(n: int) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (n / max(count - 1, 1))

    def y(score: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (FULL - score) / (FULL - low)

    points = [(x(n), y(known[n])) if n in known else None for n in range(count)]
    lines = [_line(y(level), level) for level in range(low, FULL + 1, step)]
    last = max(known)
    dates = [_date(x(n), zone.next_day(first, n), zone) for n in sorted({0, count - 1})]
    drawn = el(
        "svg",
        *(part for line in lines for part in line),
        *dates,
        el("path", d=path(points), cls="spark-line"),
        el("circle", cx=x(last), cy=y(known[last]), r=3, cls="department-last"),
        el("text", hundredths(known[last]), x=x(last) + 8, y=y(known[last]) + 4),
        viewBox=f"0 0 {WIDTH:g} {HEIGHT:g}",
        cls="department-history",
        role="img",
        aria_label=_said(view, days, zone),
    )
    return [title, drawn]


def _floor(scores: Sequence[int]) -> tuple[int, int]:
    """The lowest level that is drawn and the distance of the lines, in hundredths."""
    room = FULL - min(scores)
    step = next((s for s in STEPS if s * 4 >= room), STEPS[-1])
    return max(0, FULL - -(-max(room, 1) // step) * step), step


def _line(y: float, level: int) -> list[Node]:
    return [
        el("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y, y2=y, cls="department-level"),
        el("text", f"{level / 100:g}", x=LEFT - 8, y=y + 4, text_anchor="end"),
    ]


def _date(x: float, ms: int, zone: Zone) -> Node:
    text = zone.local(ms).strftime("%m-%d")
    return el("text", text, x=x, y=HEIGHT - 4, text_anchor="middle")


def _said(view: View, days: Sequence[DayScore], zone: Zone) -> str:
    parts = (f"{zone.local(day.start).strftime('%m-%d')} {hundredths(day.score)}" for day in days)
    return view.text("department.history") + " " + view.text("rankings.join").join(parts)
