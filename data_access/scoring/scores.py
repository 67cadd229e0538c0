"""Scores, rates and ranks of a period, from the day and hour tiers.

What a place or a department scored is open to every account; which signs made it so is the
department's own matter (`place_receipt` folds the lines of others for a department's account,
`department_receipt` refuses them). Only what was judged counts: a sign that fell silent has no
known hours from then on, and its stale value enters nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from data_access.caching.cache import cached_query
from data_access.scoring.score_rows import first_data, rate_sums, state_sums
from data_access.scoring.score_units import (
    departments_scored,
    owned,
    places_scored,
    score_unit,
    signs_of,
    summed,
)
from data_access.store.db import Database
from domain.actor import Actor, Forbidden, Role, require_person
from domain.catalogue import Catalogue
from domain.indicator import Direction, Rule
from domain.ranking import Ranking, RateUnit, dispersion, rank_rates, rank_scores
from domain.receipt import Hours, Receipt
from domain.sign import Sign
from domain.span import Span

_PARTS = {"%": 100.0, "‰": 1000.0}  # what a ratio of one reads in the sign's unit


@dataclass(frozen=True, slots=True)
class StateHours:
    """Hours of a sign at a place in each state over a span."""

    place: str
    sign: str
    hours: Hours


@dataclass(frozen=True, slots=True)
class BlockScore:
    """A day or an hour of a place's score. The mean of a place's blocks is its score."""

    place: str
    start: int  # epoch ms
    score: float


@dataclass(frozen=True, slots=True)
class RateCount:
    """A sign's cases at a place over a span: numerator of denominator."""

    place: str
    numerator: float
    denominator: float
    known: float  # hours
    scatter: float  # Σ k²/n − (Σk)²/Σn over its blocks: how far they lie from one rate
    blocks: int


@dataclass(frozen=True, slots=True)
class Standings:
    """A ranking with the span it is of, the one it is compared with, and since when data exist."""

    ranking: Ranking
    span: Span
    before: Span
    data_from: int  # epoch ms; what lies before it was not expected


def rate_signs(catalogue: Catalogue) -> tuple[Sign, ...]:
    """The signs that rank streets by a rate: Σ/Σ, with a side that is better."""
    return tuple(
        s
        for s in catalogue.signs
        if s.at_street and s.street_rule is Rule.RATIO and s.direction is not Direction.BAND
    )


def rate_base(sign: Sign) -> float:
    """What a ratio of one reads in the sign's unit: 100 for per cent."""
    return _PARTS.get(sign.measured_in.zh, 1.0)


@cached_query(ttl=60, stale_ttl=600)
def state_hours(
    db: Database, actor: Actor, catalogue: Catalogue, places: tuple[str, ...], span: Span
) -> tuple[StateHours, ...]:
    """Hours in each state by place and sign; a department sees those of its own signs.

    Forbidden for a screen.
    """
    own = _visible(actor, catalogue)
    signs = [s.code for s in catalogue.signs if s.code in own]
    found = state_sums(db, places, signs, span)
    return tuple(StateHours(place, sign, hours) for (place, sign), hours in found.items())


@cached_query(ttl=60, stale_ttl=600)
def block_scores(
    db: Database, actor: Actor, catalogue: Catalogue, places: tuple[str, ...], span: Span
) -> tuple[BlockScore, ...]:
    """The scores of places by day (by hour where the span is short), oldest first."""
    _person(actor)
    found = places_scored(db, catalogue, places, span, _data_from(db, catalogue, span))
    return tuple(
        BlockScore(place, start, score)
        for place in places
        for start, score in zip(found.starts, found.blocks.get(place, ()), strict=False)
    )


@cached_query(ttl=60, stale_ttl=600)
def rate_counts(
    db: Database, actor: Actor, catalogue: Catalogue, sign: str, span: Span
) -> tuple[RateCount, ...]:
    """Cases of a rate sign at every street; KeyError where the sign is none."""
    _person(actor)
    return _rates(db, catalogue, sign, [s.code for s in catalogue.streets], span)


@cached_query(ttl=60, stale_ttl=600)
def place_receipt(
    db: Database, actor: Actor, catalogue: Catalogue, place: str, span: Span
) -> Receipt:
    """The receipt of a street or of the district; KeyError for no such place.

    For a department's account the lines of all other departments are one line.
    """
    mine = _visible(actor, catalogue)
    signs = signs_of(catalogue, place)
    since = _data_from(db, catalogue, span)
    found = summed(db, catalogue, (place,), signs, span, since).receipt(place, signs, place)
    return found.without({s.code for s in signs} - mine)


@cached_query(ttl=60, stale_ttl=600)
def department_receipt(
    db: Database, actor: Actor, catalogue: Catalogue, department: str, span: Span
) -> Receipt:
    """The receipt of a department over its signs at the district; KeyError for no such one.

    Forbidden for a department's account that asks for another.
    """
    _person(actor)
    if actor.role is Role.DEPARTMENT and actor.department != department:
        raise Forbidden("the receipt of another department")
    signs = owned(catalogue)[catalogue.department[department].code]
    since, place = _data_from(db, catalogue, span), catalogue.code
    return summed(db, catalogue, (place,), signs, span, since).receipt(department, signs, place)


@cached_query(ttl=60, stale_ttl=600)
def street_ranking(
    db: Database,
    actor: Actor,
    catalogue: Catalogue,
    kind: str,
    span: Span,
    before: Span | None = None,
) -> Standings:
    """The scores of all places of a kind (street, town), ranked; by default against 环比."""
    _person(actor)
    before = before or span.previous()
    places = tuple(s.code for s in catalogue.streets if s.kind == kind)
    since, since_before = (_data_from(db, catalogue, s) for s in (span, before))
    now = places_scored(db, catalogue, places, span, since)
    then = places_scored(db, catalogue, places, before, since_before)
    units = [score_unit(place, now, then) for place in places]
    return Standings(rank_scores(units), span, before, since)


@cached_query(ttl=60, stale_ttl=600)
def department_ranking(
    db: Database,
    actor: Actor,
    catalogue: Catalogue,
    kind: str,
    span: Span,
    before: Span | None = None,
) -> Standings:
    """The scores of the departments of a kind that own signs, ranked."""
    _person(actor)
    before = before or span.previous()
    owners = {
        code: signs
        for code, signs in owned(catalogue).items()
        if signs and catalogue.department[code].kind == kind
    }
    since, since_before = (_data_from(db, catalogue, s) for s in (span, before))
    now = departments_scored(db, catalogue, owners, span, since)
    then = departments_scored(db, catalogue, owners, before, since_before)
    units = [score_unit(code, now, then) for code in owners]
    return Standings(rank_scores(units), span, before, since)


@cached_query(ttl=60, stale_ttl=600)
def rate_ranking(
    db: Database,
    actor: Actor,
    catalogue: Catalogue,
    sign: str,
    kind: str,
    span: Span,
    before: Span | None = None,
) -> Standings:
    """The streets of a kind ranked by a rate sign; KeyError where the sign is none."""
    _person(actor)
    before = before or span.previous()
    rule = _rate_sign(catalogue, sign)
    places = [s.code for s in catalogue.streets if s.kind == kind]
    since = _data_from(db, catalogue, span)
    now = {row.place: row for row in _rates(db, catalogue, sign, places, span)}
    then = {row.place: row for row in _rates(db, catalogue, sign, places, before)}
    expected = span.expected_hours(rule.cadence_s, since)
    base = rate_base(rule)
    ranking = rank_rates(
        [_rate_unit(place, now.get(place), then.get(place), expected) for place in places],
        higher_is_better=rule.direction is Direction.LOWER_WORSE,
        base=base,
        decimals=rule.decimals,
        dispersion=dispersion(
            (row.numerator, row.denominator, row.scatter, row.blocks) for row in now.values()
        ),
    )
    return Standings(ranking, span, before, since)


def _rate_unit(
    place: str, now: RateCount | None, then: RateCount | None, expected: int
) -> RateUnit:
    before = (then.numerator, then.denominator) if then else None
    if now is None:
        return RateUnit(place, 0.0, 0.0, expected, before=before)
    return RateUnit(
        place,
        now.numerator,
        now.denominator,
        max(0.0, expected - now.known),
        min(1.0, now.known / expected) if expected else None,
        before,
    )


def _rates(
    db: Database, catalogue: Catalogue, sign: str, places: Sequence[str], span: Span
) -> tuple[RateCount, ...]:
    base = rate_base(_rate_sign(catalogue, sign))
    found = []
    for row in rate_sums(db, places, sign, span):
        k, n = min(max(row.numerator / base, 0.0), row.denominator), row.denominator
        scatter = max(0.0, row.squares / base**2 - k * k / n)
        found.append(RateCount(row.place, k, n, row.known, scatter, row.blocks))
    return tuple(found)


def _rate_sign(catalogue: Catalogue, code: str) -> Sign:
    """KeyError for a sign that does not rank as a rate."""
    return {s.code: s for s in rate_signs(catalogue)}[code]


def _data_from(db: Database, catalogue: Catalogue, span: Span) -> int:
    places = (catalogue.code, *(s.code for s in catalogue.streets))
    return first_data(db, places, tuple(s.code for s in catalogue.signs), span)


def _person(actor: Actor) -> None:
    require_person(actor, "scores: for people with an account")


def _visible(actor: Actor, catalogue: Catalogue) -> frozenset[str]:
    """The signs whose part in a score the actor may see; Forbidden for a screen."""
    _person(actor)
    return frozenset(
        s.code
        for s in catalogue.signs
        if actor.role is not Role.DEPARTMENT or s.department == actor.department
    )
