"""The parts of a department's page: its rank, what stands open, its signs, its last days."""

from dataclasses import replace

from dashboard.components.export_links import export_links
from dashboard.components.light import Node, el
from dashboard.components.period import Period, picker
from dashboard.desks.department.department_alerts import alerts_table, open_alerts, unknown
from dashboard.desks.department.department_here import Here
from dashboard.desks.department.department_history import history
from dashboard.desks.department.department_signs import signs_table
from dashboard.desks.department.department_words import lead, standing
from dashboard.desks.episodes.episode_filters import PATH as EPISODES
from dashboard.desks.episodes.episode_question import COUNTS
from dashboard.desks.rankings.rank_question import PATH
from dashboard.desks.rankings.receipt_panel import receipt_panel
from dashboard.desks.rankings.slips import slip_of
from data_access.rankings.standings import receipt as receipt_of
from data_access.scoring.departments import department_days
from data_access.scoring.measure import PERIODS
from data_access.scoring.target_values import aims
from data_access.series.editions import receipt_editions
from domain.judging import day_start
from domain.picture import Picture

HISTORY_DAYS = 90


def page(here: Here) -> list[Node]:
    """The page itself; what nothing is known of yet is left out."""
    visit, department, row = here.visit, here.department, here.row
    view, city, picture, now_ms = visit.view, visit.city, visit.picture, visit.now_ms
    alerts = open_alerts(city, picture, department.code) if picture is not None else []
    period = visit.question.period(now_ms, city.zone)
    said = [
        el("h1", view.name(department.name)),
        el("p", lead(view, city, department, picture, alerts, now_ms), cls="desk-lead"),
        standing(view, row, period.label(view), department.kind),
        _controls(here, period) if row is not None else None,
    ]
    shown = [node for node in said if node is not None]
    if picture is not None:
        dark = unknown(city, picture, department.code)
        shown += [*alerts_table(view, city, picture, alerts, dark, now_ms), *_signs(here, picture)]
    return [*shown, *(_history(here) if row is not None else [])]


def _controls(here: Here, period: Period) -> Node:
    """The period, and the ways to the peers and to the episodes."""
    view, question, department = here.visit.view, here.visit.question, here.department
    listed = view.href(PATH, of="departments", kind=department.kind, **question.filters())
    counts = view.href(EPISODES, show=COUNTS, department=department.code, period="7d")
    kind = view.text(f"rankings.kind.{department.kind}")
    return el(
        "div",
        picker(view, question.path, question.filters(), period, PERIODS),
        el("a", view.text("department.rank.all", kind=kind), href=listed),
        el("a", view.text("department.counts"), href=counts),
        cls="rank-controls",
    )


def _signs(here: Here, picture: Picture) -> list[Node]:
    """What the department owns, with its targets."""
    visit, code = here.visit, here.department.code
    city, now_ms = visit.city, visit.now_ms
    own = tuple(s.code for s in city.signs if s.department == code)
    found = aims(visit.db, visit.actor, city, picture, (city.code,), own, now_ms)
    targets = {sign: aim for (_, sign), aim in found.items()}
    return signs_table(visit.view, city, picture, code, now_ms, targets)


def _history(here: Here) -> list[Node]:
    """The last full days, whatever the period: one line to look back along."""
    visit, city = here.visit, here.visit.city
    today = day_start(visit.now_ms, city)
    first = city.zone.next_day(today, -HISTORY_DAYS)
    days = department_days(visit.db, visit.actor, city, here.department.code, first, today)
    return history(visit.view, days, today, city.zone)


def receipt(here: Here) -> Node | None:
    """The receipt of its score; None where it has none."""
    visit, department, measure, found, row = here
    view, city, code = visit.view, visit.city, department.code
    if row is None:
        return None
    asked = {**visit.question.filters(), "of": "departments", "receipt": code}
    slip = slip_of(view, city, measure, code, found)
    made = receipt_of(visit.db, visit.actor, city, measure.code, code, found.span)
    cuts = receipt_editions(visit.db, visit.actor, city, made, found.span)
    links = export_links(view, "receipt", asked)
    return receipt_panel(replace(slip, links=links, editions=cuts), made)
