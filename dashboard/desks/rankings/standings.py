"""The rankings that pages, exports and the warm-up ask for: one way from a question to its answer.

Who asks the same within five minutes asks under the same key (see `domain/span`), so an answer
serves them all.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from dashboard.components.view import View
from dashboard.desks.rankings.rank_question import DEFAULT_PERIOD, DepartmentQuestion, Question
from data_access.rankings.registry import Groups, groups, in_group
from data_access.rankings.standings import ranking
from data_access.scoring.measure import PERIODS, Measure, Peers, Standings
from data_access.store.db import Database
from domain.actor import Actor
from domain.catalogue import Catalogue
from domain.span import Span
from domain.text import Text
from domain.zone import Zone


class Asked(NamedTuple):
    """A question with what the city has for it."""

    question: Question  # without what the city does not have
    measure: Measure
    peers: Peers
    choices: tuple[Measure, ...]  # what else the group is ranked by, this one too
    groups: Groups


def asked(question: Question, city: Catalogue) -> Asked:
    """Which measure of which peers a question is about; what is not known is the first there is."""
    every = groups(city)
    of = question.of if question.of in every else next(iter(every))
    parts, choices = every[of], in_group(city, of)
    peers = next((part for part in parts if part.kind == question.kind), parts[0])
    measure = next((one for one in choices if one.code == question.measure), choices[0])
    settled = replace(
        question,
        of=of if question.of in every else "",
        kind="" if peers == parts[0] else question.kind,
        measure="" if measure is choices[0] else measure.code,
        span=question.span if _knows(measure, question) else (measure.periods[0], None, None),
    )
    return Asked(settled, measure, peers, choices, every)


def span_of(question: Question | DepartmentQuestion, now_ms: int, zone: Zone) -> Span:
    """The time that is looked at."""
    period = question.period(now_ms, zone)
    return Span.of(period.from_ms, period.to_ms, now_ms, zone)


def standings(db: Database, actor: Actor, city: Catalogue, one: Asked, now_ms: int) -> Standings:
    """The answer to a question, kept or computed; Forbidden for a screen."""
    span = span_of(one.question, now_ms, city.zone)
    return ranking(db, actor, city, one.measure.code, one.peers.code, span)


def usual(city: Catalogue) -> Iterator[Question]:
    """What a click on /rankings, on a street or on a department asks, the most asked first."""
    every = groups(city)
    yield from (Question(of=group) for group in every)
    for group, parts in every.items():
        yield from (Question(of=group, kind=part.kind or "") for part in parts[1:])
    for group, parts in every.items():
        if not any(part.overlie for part in parts):
            yield from (Question(of=group, measure=one.code) for one in in_group(city, group)[1:])
    for period in PERIODS:
        for group in every if period != "custom" else ():
            yield Question.of_address({"of": group, "period": period})


def worded(view: View, name: Text | str) -> str:
    """A name of a measure or of peers in the reader's language."""
    return view.text(name) if isinstance(name, str) else name.of(view.lang)


def _knows(measure: Measure, question: Question) -> bool:
    return (question.span[0] or DEFAULT_PERIOD) in measure.periods
