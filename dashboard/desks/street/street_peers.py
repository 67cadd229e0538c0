"""The place of a street or town among its peers: its score, then every rate that ranks it.

The same rankings as on /rankings over the same period; a special area is ranked with nobody.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from dashboard.components.light import Node, el, table
from dashboard.components.times import grouped
from dashboard.desks.rankings.rank_question import DEFAULT_PERIOD, PATH, Question
from dashboard.desks.rankings.rank_strip import strip
from dashboard.desks.rankings.rank_table import because, places
from dashboard.desks.rankings.standings import span_of
from dashboard.desks.spec import Visit
from dashboard.desks.street.street_question import PlaceQuestion
from dashboard.desks.street.street_words import kind_name
from data_access.rankings.registry import of_kind
from data_access.rankings.standings import ranking
from data_access.scoring.measure import Measure, Standings
from domain.catalogue import Catalogue
from domain.place import Street
from domain.scoring.ranking import Ranked
from domain.sign import Sign
from domain.unit import PLACE

COLUMNS = ("measure", "value", "strip", "place")
MOST = 8  # rates listed: those with the lowest places


class Group(NamedTuple):
    """Whose place among its peers is asked for."""

    question: PlaceQuestion
    city: Catalogue
    place: Street


class Peers(NamedTuple):
    """One ranking of the group that the place belongs to."""

    measure: Measure
    standings: Standings

    @property
    def sign(self) -> Sign | None:
        """The sign that ranks; None for the score of all signs."""
        return self.measure.scoring.sign


def group_of(visit: Visit[PlaceQuestion]) -> list[Node]:
    """The rankings of the place's group, and the place in each; nothing for no such place."""
    city, db, actor = visit.city, visit.db, visit.actor
    place = city.street.get(visit.question.code)
    if place is None:
        return []
    found = []
    if place.counts:
        span = span_of(Question(), visit.now_ms, city.zone)
        for measure in of_kind(city, PLACE):
            standings = ranking(db, actor, city, measure.code, place.kind, span)
            found.append(Peers(measure, standings))
    return peers(Group(visit.question, city, place), found)


def peers(here: Group, found: Sequence[Peers]) -> list[Node]:
    """Heading and table; a sentence for special areas."""
    view, place = here.question.view, here.place
    kind = kind_name(view, here.city, place)
    if not place.counts:
        return [
            el("h2", view.text("street.peers", kind=kind)),
            el("p", view.text("street.peers.area"), cls="desk-note"),
        ]
    count = sum(s.kind == place.kind for s in here.city.streets)
    period = view.text(f"period.{DEFAULT_PERIOD}")
    small = el("small", view.text("street.peers.group", n=count, kind=kind, period=period))
    rows = [(p, row) for p in found if (row := _own(p, place.code)) is not None]
    score = [(p, row) for p, row in rows if p.sign is None]
    rates = [(p, row) for p, row in rows if p.sign is not None and row.rank is not None]
    rates.sort(key=lambda pair: -(pair[1].rank or 0) / max(pair[0].standings.ranking.ranked, 1))
    shown = [*score, *rates[:MOST]]
    if not shown:
        return []
    body = table(
        [view.text(f"street.peers.{name}") for name in COLUMNS],
        [_row(here, p, row) for p, row in shown],
        COLUMNS,
        numbers=frozenset({"value"}),
        cls="grid-table peer-table",
    )
    more = _link(here, None, view.text("street.peers.more"))
    return [
        el("h2", view.text("street.peers", kind=kind), small),
        body,
        el("p", view.text("street.peers.note", n=len(rates)), " ", more, cls="desk-note"),
    ]


def _own(found: Peers, place: str) -> Ranked | None:
    return next((row for row in found.standings.ranking.rows if row.code == place), None)


def _row(here: Group, found: Peers, row: Ranked) -> dict[str, Any]:
    view, sign, ranked = here.question.view, found.sign, found.standings.ranking.ranked
    name = view.text("street.peers.score")
    if sign is not None:
        name = view.name(sign.short)
    drawing: Node = ""
    said: list[Node] = [because(view, row)]
    if row.rank is not None and row.rank_low is not None and row.rank_high is not None:
        drawing = strip(ranked, row.rank, row.rank_low, row.rank_high)
        tied = view.text("street.peers.tied") if row.tied else ""
        said = [
            el("b", view.text("rankings.place", n=row.rank) + tied),
            el("small", f"{places(view, row.rank_low, row.rank_high)} / {ranked}"),
        ]
    counts = None
    if row.numerator is not None and row.denominator:
        counts = el("small", f"{grouped(round(row.numerator))} / {grouped(round(row.denominator))}")
    return {
        "measure": [_link(here, sign, name), *([counts] if counts is not None else [])],
        "value": el("b", _value(sign, row, view.lang)),
        "strip": [drawing],
        "place": said,
        "": {"data_measure": found.measure.code, "data_chosen": "true"},
    }


def _value(sign: Sign | None, row: Ranked, lang: str) -> str:
    if row.value is None:
        return "—"
    if sign is None:
        return f"{row.value:.1f}"
    return f"{row.value:.{sign.decimals}f}{sign.unit_beside(row.value, lang)}"


def _link(here: Group, sign: Sign | None, text: str) -> Node:
    group = here.city.kind[here.place.kind].group
    measure = None if sign is None else sign.code
    place = here.place.code
    return el(
        "a", text, href=here.question.view.href(PATH, of=group, measure=measure, receipt=place)
    )
