"""What /readyz and /metrics ask of the store."""

from dataclasses import dataclass

from sqlalchemy import func, select

from data_access.caching.cache import uncached
from data_access.store.db import Database
from data_access.store.tables import api_keys, engine_state, published, sessions, sources

HEARTBEAT = "heartbeat"
DISAGREEMENTS = "disagreements"  # places at which the picture and the alarm log differ


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of the whole store."""

    accepted: int
    duplicates: int
    quarantined: int
    sources: int
    sessions: int
    keys_in_force: int
    published_version: int  # of the wall's view, 0 when none
    published_at: int | None  # epoch ms


@uncached("readiness is about this very moment")
def heartbeat(db: Database) -> int | None:
    """When the engine last lived (epoch ms), None when it never has; raises if the store fails."""
    query = select(engine_state.c.value).where(engine_state.c.name == HEARTBEAT)
    with db.read() as conn:
        found = conn.execute(query).scalar()
    return None if found is None else int(found)


@uncached("readiness is about this very moment")
def parted(db: Database) -> int:
    """At how many places the engine has found the picture and the alarm log to differ."""
    query = select(engine_state.c.value).where(engine_state.c.name == DISAGREEMENTS)
    with db.read() as conn:
        return int(conn.execute(query).scalar() or 0)


@uncached("a scraper's figures are about this very moment")
def figures(db: Database) -> Figures:
    """The counts that /metrics shows."""
    counted = select(
        func.coalesce(func.sum(sources.c.accepted), 0),
        func.coalesce(func.sum(sources.c.duplicates), 0),
        func.coalesce(func.sum(sources.c.quarantined), 0),
        func.count(),
    ).select_from(sources)
    in_force = select(func.count()).select_from(api_keys).where(api_keys.c.revoked_at.is_(None))
    view = select(published.c.version, published.c.as_of).where(published.c.view == "screen")
    with db.read() as conn:
        accepted, duplicates, quarantined, known = conn.execute(counted).one()
        alive = conn.execute(select(func.count()).select_from(sessions)).scalar_one()
        keys = conn.execute(in_force).scalar_one()
        newest = conn.execute(view).first()
    return Figures(
        accepted=int(accepted),
        duplicates=int(duplicates),
        quarantined=int(quarantined),
        sources=int(known),
        sessions=int(alive),
        keys_in_force=int(keys),
        published_version=0 if newest is None else int(newest.version),
        published_at=None if newest is None else int(newest.as_of),
    )
