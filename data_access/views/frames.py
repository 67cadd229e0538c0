"""Frames: what a view showed at a minute, kept for its replay (`engine_state.write_frame`)."""

from sqlalchemy import Connection, delete, select

from data_access.caching.cache import uncached
from data_access.store.db import Database
from data_access.store.tables import frames
from domain.actor import Actor, Forbidden
from domain.clock import MINUTE_MS

Run = tuple[int, int]
"""The first minute (epoch ms) of a stretch without a gap, and how many minutes it has."""


@uncached("keys of one index range, asked when somebody opens the replay")
def minutes(db: Database, actor: Actor | None, view: str, from_ms: int, to_ms: int) -> list[Run]:
    """The minutes in [from_ms, to_ms) of which a frame is kept, as runs, oldest first.

    Every signed-in person may see them, and so may a wall; Forbidden for anybody else.
    """
    _check(actor)
    query = (
        select(frames.c.at)
        .where(frames.c.view == view, frames.c.at >= from_ms, frames.c.at < to_ms)
        .order_by(frames.c.at)
    )
    runs: list[Run] = []
    with db.read() as conn:
        for (at,) in conn.execute(query):
            start, count = runs[-1] if runs else (at, 0)
            if at == start + count * MINUTE_MS:
                runs[-1:] = [(start, count + 1)]
            else:
                runs.append((at, 1))
    return runs


@uncached("one row by its key; its reader keeps it")
def frame(db: Database, actor: Actor | None, view: str, at_ms: int) -> bytes | None:
    """The gzip of the snapshot's JSON as it was at that minute, None where there is no frame.

    Forbidden as `minutes`.
    """
    _check(actor)
    query = select(frames.c.body).where(frames.c.view == view, frames.c.at == at_ms)
    with db.read() as conn:
        body = conn.execute(query).scalar()
    return None if body is None else bytes(body)


def _check(actor: Actor | None) -> None:
    if actor is None:
        raise Forbidden("frames of the wall")


def forget(conn: Connection, before_ms: int) -> None:
    """Drop the frames of before an instant."""
    conn.execute(delete(frames).where(frames.c.at < before_ms))
