"""The district's index: every sign with what it takes, and the minutes of its course."""

from dashboard.components.versions import editions_short
from dashboard.desks.index.index_question import IndexQuestion
from dashboard.export.ask import Ask
from dashboard.export.document import Column, Document, Kind, Row, rounded
from dashboard.export.meaning import meaning, weights_facts
from data_access.scoring.index_course import index_course
from data_access.series.editions import editions
from domain.clock import MINUTE_MS
from domain.sign import Sign, State

_TIME = 20


def index(ask: Ask) -> Document:
    """100 and every sign in the order of the page: what takes, what is not known, what is calm."""
    picture, city = ask.picture(), ask.city
    found, cells = picture.index(city.code), picture.at_place(city.code)
    minute = picture.as_of // MINUTE_MS * MINUTE_MS
    cuts = editions(ask.services.db, ask.actor, city, tuple(cells), minute, minute + MINUTE_MS)
    taken = {d.sign: d.points for d in found.detractors}
    goals = {goal.code: ask.view.name(goal.name) for goal in city.goals}
    columns = (
        *(ask.column("sign_code"), ask.column("sign", width=24), ask.column("goal")),
        *(ask.column("state"), ask.column("freshness")),
        *(ask.column(name, Kind.TIME, _TIME) for name in ("observed", "since")),
        Column(ask.text("col.points"), Kind.NUMBER, 10, 2),
        Column(ask.text("col.points_most"), Kind.NUMBER, 10, 2),
        *(ask.column("owner", width=22), ask.column("weights_version")),
        *(ask.column("cuts_version"), ask.column("nature")),
    )

    def row(sign: Sign) -> Row:
        cell = cells[sign.code]
        dark = cell.state is State.UNKNOWN
        return (
            *(sign.code, ask.sign_name(sign.code), goals[sign.goal]),
            ask.view.text(f"state.{cell.state}"),
            ask.view.text(f"freshness.{cell.freshness}"),
            *(cell.at, cell.since),
            None if dark else taken.get(sign.code, 0.0),
            found.hidden if dark else taken.get(sign.code, 0.0),
            ask.department_name(sign.department),
            *(str(picture.weights.version), editions_short(cuts.get(sign.code, ()))),
            ask.text("nature.demo" if cell.demo else "nature.measured"),
        )

    order = {d.sign: n for n, d in enumerate(found.detractors)}
    signs = sorted(
        city.signs,
        key=lambda s: (
            s.code not in order,
            order.get(s.code, 0),
            cells[s.code].state is not State.UNKNOWN,
        ),
    )
    facts = (
        *ask.marks(picture.as_of),
        (ask.text("col.index"), _figure(ask, found.value)),
        (ask.text("col.index_low"), _figure(ask, found.low)),
        *weights_facts(ask, city.weights_over(picture.as_of, picture.as_of + 1)),
    )
    demo = any(cell.demo for cell in cells.values())
    rows = [row(sign) for sign in signs]
    return ask.short("index", columns, rows, facts, meaning(ask, signs), demo=demo)


def course(ask: Ask) -> Document:
    """The index as it stood on the wall, by the step of the page's period."""
    city, question = ask.city, IndexQuestion.of(ask.given)
    period = question.span(ask.services.now_ms, city.zone)
    found = index_course(ask.services.db, ask.actor, city, period.from_ms, period.to_ms)
    columns = (
        ask.column("time", Kind.TIME, _TIME),
        *(Column(ask.text(f"col.{name}"), Kind.NUMBER, 12, 2) for name in ("index", "index_low")),
        *(ask.column("blind"), ask.column("told", width=24), ask.column("weights_version")),
    )
    rows = [
        (
            one.at,
            *(None if one.blind else rounded(n, 2) for n in (one.value, one.low)),
            ask.text("blind" if one.blind or one.value is None else "blind.no"),
            ask.text("told.mean" if one.width_ms else "told.shown"),
            str(city.weights_at(one.at).version),
        )
        for one in found
    ]
    facts = (
        *ask.marks(
            found[-1].at if found else None,
            period=f"{ask.when(period.from_ms)} – {ask.when(period.to_ms)}",
        ),
        *weights_facts(ask, city.weights_over(period.from_ms, period.to_ms)),
    )
    return ask.short("index-course", columns, rows, facts, demo=ask.simulated())


def _figure(ask: Ask, value: float | None) -> str:
    return ask.text("none") if value is None else f"{value:.2f}"
