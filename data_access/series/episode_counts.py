"""The alarm log sign by sign: what began in a period and what reaches into it, for counts.

What began is read along the log's indexes, one short statement for each sign, so that others get
their turn in between. What reaches in is the change in force at the beginning, looked up once for
every place and sign that the log knows: its cost does not grow with the log.
"""

import time
from collections.abc import Iterator, Sequence
from typing import Any

from data_access.caching.cache import uncached
from data_access.series.episodes import Wanted, asked_signs
from data_access.store.db import Database, fetch_all, placeholder
from domain.actor import Actor
from domain.catalogue import Catalogue
from domain.sign import GRADED
from domain.tally import Held

_NEXT = (
    "(SELECT MIN(n.since) FROM state_history n"
    " WHERE n.unit = h.unit AND n.indicator = h.indicator AND n.since > h.since)"
)


@uncached("of a moment: it has to agree with the log that is listed at the same time")
def held_by_sign(
    db: Database, catalogue: Catalogue, actor: Actor, wanted: Wanted
) -> Iterator[tuple[str, list[Held]]]:
    """(sign, its episodes that were open within the period), for every sign with any.

    A department has the episodes of its own signs only; Forbidden as for the log.
    """
    asked = asked_signs(catalogue, actor, wanted)
    states = [wanted.state] if wanted.state is not None else [str(s) for s in GRADED]
    return _each(db, asked, states, wanted)


def _each(
    db: Database, asked: Sequence[str] | None, states: Sequence[str], wanted: Wanted
) -> Iterator[tuple[str, list[Held]]]:
    signs = _known(db, "indicator") if asked is None else asked
    earlier = _reaching_in(db, signs, states, wanted)
    for sign in signs:
        found = [*earlier.get(sign, ()), *_began(db, sign, states, wanted)]
        if found:
            yield sign, found
        time.sleep(0)  # under gevent: let the streams of this process have their turn


def _known(db: Database, column: str) -> list[str]:
    """The different values of a column that an index begins with: one look for each."""
    statement = (
        f"WITH RECURSIVE known(code) AS (SELECT MIN({column}) FROM state_history UNION ALL"  # noqa: S608
        f" SELECT (SELECT MIN(h.{column}) FROM state_history h WHERE h.{column} > k.code)"
        " FROM known k WHERE k.code IS NOT NULL) SELECT code FROM known WHERE code IS NOT NULL"
    )
    return [row[0] for row in fetch_all(db, statement, [])]


def _reaching_in(
    db: Database, signs: Sequence[str], states: Sequence[str], wanted: Wanted
) -> dict[str, list[Held]]:
    """Episodes in force just before the period begins, by sign."""
    places = _known(db, "unit") if wanted.place is None else [wanted.place]
    if wanted.from_ms is None or not signs or not places:
        return {}
    mark = placeholder(db.dialect)
    each_place, each_sign = _rows(mark, places), _rows(mark, signs)
    pairs = (
        f"p(code) AS (VALUES {each_place}), s(code) AS (VALUES {each_sign}),"  # noqa: S608
        " b AS MATERIALIZED (SELECT p.code AS unit, s.code AS indicator,"
        " (SELECT MAX(h.since) FROM state_history h WHERE h.unit = p.code"
        f" AND h.indicator = s.code AND h.since < {mark}) AS since FROM p CROSS JOIN s)"
    )
    # looked up as values, never joined: a planner cannot mistake it for a walk over the table
    state = (
        "(SELECT g.state FROM state_history g WHERE g.unit = h.unit"
        " AND g.indicator = h.indicator AND g.since = h.since)"
    )
    rows = fetch_all(
        db,
        f"WITH {pairs} SELECT h.indicator, h.unit, h.since, {_NEXT}, {state}"  # noqa: S608
        " FROM b AS h WHERE h.since IS NOT NULL",
        [*places, *signs, wanted.from_ms],
    )
    found: dict[str, list[Held]] = {}
    for sign, place, since, until, was in rows:
        if was in states:
            found.setdefault(sign, []).append(Held(place, since, until))
    return found


def _began(db: Database, sign: str, states: Sequence[str], wanted: Wanted) -> list[Held]:
    """Episodes of one sign that began within the period."""
    mark = placeholder(db.dialect)
    where = [f"h.indicator = {mark}", f"h.state IN ({_marks(mark, states)})"]
    values: list[Any] = [sign, *states]
    for name, value in (
        ("h.since >=", wanted.from_ms),
        ("h.since <", wanted.to_ms),
        ("h.unit =", wanted.place),
    ):
        if value is not None:
            where.append(f"{name} {mark}")
            values.append(value)
    statement = (
        f"SELECT h.unit, h.since, {_NEXT} FROM state_history h"  # noqa: S608
        f" WHERE {' AND '.join(where)}"
    )
    return [Held(*row) for row in fetch_all(db, statement, values)]


def _rows(mark: str, values: Sequence[object]) -> str:
    return ", ".join([f"({mark})"] * len(values))


def _marks(mark: str, values: Sequence[object]) -> str:
    return ", ".join([mark] * len(values))
