"""Letting go of old changes of state, but never of the one that is still in force."""

from collections.abc import Iterable

from sqlalchemy import Connection, delete, func, select

from data_access.store.tables import state_history


def prune_states(conn: Connection, pairs: Iterable[tuple[str, str]], before_ms: int) -> int:
    """Drop the transitions of (place, sign) pairs that ended before `before_ms`; how many went.

    The one in force at that instant stays, however old it is: it says what came before the first
    younger one, and since when a state lasts that has not changed. Works along the primary key.
    """
    kept = state_history.alias("kept")
    gone = 0
    for place, sign in pairs:
        in_force = (
            select(func.max(kept.c.since))
            .where(kept.c.unit == place, kept.c.indicator == sign, kept.c.since <= before_ms)
            .scalar_subquery()
        )
        gone += conn.execute(
            delete(state_history).where(
                state_history.c.unit == place,
                state_history.c.indicator == sign,
                state_history.c.since < in_force,
            )
        ).rowcount
    return gone
