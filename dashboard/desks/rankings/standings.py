"""The rankings that pages, exports and the warm-up ask for: one way from a question to its answer.

Who asks the same within five minutes asks under the same key (see `domain/span`), so an answer
serves them all.
"""

from collections.abc import Iterator

from dashboard.desks.rankings.rank_question import (
    DEPARTMENT_KINDS,
    DEPARTMENTS,
    PERIODS,
    DepartmentQuestion,
    Question,
)
from data_access.scoring.scores import (
    Standings,
    department_ranking,
    rate_ranking,
    rate_signs,
    street_ranking,
)
from data_access.store.db import Database
from domain.actor import Actor
from domain.catalogue import Catalogue
from domain.sign import Sign
from domain.span import Span
from domain.zone import Zone


def measured(question: Question, city: Catalogue) -> Sign | None:
    """The sign that ranks; None where it is the score of all."""
    return next((s for s in rate_signs(city) if s.code == question.measure), None)


def span_of(question: Question | DepartmentQuestion, now_ms: int, zone: Zone) -> Span:
    """The time that is looked at."""
    period = question.period(now_ms, zone)
    return Span.of(period.from_ms, period.to_ms, now_ms, zone)


def standings(
    db: Database, actor: Actor, city: Catalogue, question: Question, now_ms: int
) -> Standings:
    """The answer to a question, kept or computed; Forbidden for a screen."""
    span, peers = span_of(question, now_ms, city.zone), question.peers(city)
    if question.departments:
        return department_ranking(db, actor, city, peers, span)
    sign = measured(question, city)
    if sign is not None:
        return rate_ranking(db, actor, city, sign.code, peers, span)
    return street_ranking(db, actor, city, peers, span)


def usual(city: Catalogue) -> Iterator[Question]:
    """What a click on /rankings, on a street or on a department asks, the most asked first."""
    groups = [kind.group for kind in city.kinds]
    for group in (*groups, DEPARTMENTS):
        yield Question(of=group)
    for kind in DEPARTMENT_KINDS:
        yield Question(of=DEPARTMENTS, kind=kind)
    for place_kind in city.kinds:
        for sign in rate_signs(city) if place_kind.counts else ():
            yield Question(of=place_kind.group, measure=sign.code)
    for period in PERIODS:
        for group in (*groups, DEPARTMENTS) if period != "custom" else ():
            yield Question.of_address({"of": group, "period": period})
