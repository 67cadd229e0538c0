"""The two ways that /signs shows its signs: a table to take away, and small multiples."""

from collections.abc import Sequence

from dashboard.components.export_links import export_links
from dashboard.components.light import Node, el
from dashboard.desks.signs.signs_grid import multiples
from dashboard.desks.signs.signs_list import SignLine, sign_table
from dashboard.desks.signs.signs_question import SignsQuestion
from dashboard.desks.spec import Visit
from data_access.scoring.target_values import aims
from data_access.series.series_query import sparks
from domain.clock import HOUR_MS


def signs_rows(visit: Visit[SignsQuestion], shown: Sequence[SignLine]) -> list[Node]:
    """The table, with the targets that are in force."""
    city, now, question = visit.city, visit.now_ms, visit.question
    codes = tuple(city.targets)
    wanted = aims(visit.db, visit.actor, city, visit.published, (city.code,), codes, now)
    targets = {sign: aim for (_, sign), aim in wanted.items()}
    links = export_links(visit.view, "signs", question.filters())
    return [sign_table(question, city, shown, now, targets), links]


def signs_charts(visit: Visit[SignsQuestion], shown: Sequence[SignLine]) -> list[Node]:
    """The last day of each; the hour that runs is the newest point."""
    city, now = visit.city, visit.now_ms
    end = city.zone.slot_end(now, HOUR_MS)
    found = sparks(visit.db, visit.actor, city, city.code, end)
    note = el("p", visit.view.text("signs.note"), cls="desk-note")
    return [multiples(visit.question, city, shown, found, now), note]
