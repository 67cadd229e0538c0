"""Ranks and receipts of a period, whatever is ranked.

Where a unit stands is open to every account. Who may open its receipt is said by the measure, and
a department's account reads the lines of its own subjects alone: all others are one line. Only
what was judged counts: a sign that fell silent has no known hours from then on, and its stale
value enters nothing.
"""

from data_access.caching.cache import cached_query
from data_access.rankings.registry import measure as measure_of
from data_access.scoring.measure import Standings
from data_access.store.db import Database
from domain.actor import Actor, Forbidden, require_person
from domain.catalogue import Catalogue
from domain.scoring.receipt import Receipt
from domain.span import Span

_WHAT = "scores: for people with an account"


@cached_query(ttl=60, stale_ttl=600)
def ranking(
    db: Database,
    actor: Actor,
    catalogue: Catalogue,
    measure: str,
    peers: str,
    span: Span,
    before: Span | None = None,
) -> Standings:
    """The units of a group ranked by a measure, by default against 环比.

    KeyError for no such measure or group; Forbidden for a screen.
    """
    require_person(actor, _WHAT)
    asked = measure_of(catalogue, measure)
    units = asked.group(catalogue, peers).units
    return asked.scoring.standings(db, catalogue, units, span, before or span.previous())


@cached_query(ttl=60, stale_ttl=600)
def receipt(
    db: Database, actor: Actor, catalogue: Catalogue, measure: str, unit: str, span: Span
) -> Receipt:
    """The lines behind a unit's score; LookupError for no such measure or unit.

    Forbidden for a screen, and for whom the measure refuses this unit: whether it exists is not
    told.
    """
    require_person(actor, _WHAT)
    asked = measure_of(catalogue, measure)
    if not asked.opens(actor, unit):
        raise Forbidden(f"a receipt of another: {asked.kind}")
    found = asked.scoring.receipt(db, catalogue, unit, span)
    return found.without(
        {line.subject.code for line in found.lines if not actor.owns(line.subject.owner)}
    )
