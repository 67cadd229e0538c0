"""Which sources the demonstration may speak for: only those no real system has spoken for."""

from collections.abc import Iterable

from sqlalchemy import exists, select, update

from data_access.caching.cache import uncached
from data_access.demo.demo_takeover import DEMO_KEYS
from data_access.intake.sources import ensure_source
from data_access.store.db import Database
from data_access.store.tables import api_keys, sources
from domain.catalogue import Catalogue


@uncached("who may speak is decided on what is registered now")
def demo_codes(db: Database) -> frozenset[str]:
    """Codes of the sources that the demonstration holds."""
    with db.read() as conn:
        return frozenset(conn.scalars(select(sources.c.code).where(sources.c.kind == "demo")))


@uncached("a write")
def claim_for_demo(
    db: Database, catalogue: Catalogue, codes: Iterable[str], now_ms: int
) -> frozenset[str]:
    """Enter sources as demonstration sources; those of `codes` that are.

    A source that has sent anything as a live one, or for which somebody else has a key, stays
    live and is left out: its measurements must never be mixed with invented ones.
    """
    wanted = set(codes)
    for code in sorted(wanted):
        ensure_source(db, catalogue, code, now_ms, "demo")
    silent = sources.c.last_received.is_(None) & (sources.c.quarantined == 0)
    foreign = exists().where(
        api_keys.c.source == sources.c.code,
        api_keys.c.revoked_at.is_(None),
        ~api_keys.c.name.startswith(DEMO_KEYS, autoescape=True),
    )
    unused = (sources.c.kind == "live") & silent & ~foreign
    with db.write() as conn:
        conn.execute(update(sources).where(sources.c.code.in_(wanted) & unused).values(kind="demo"))
        spoken = (sources.c.kind == "demo") & sources.c.retired_at.is_(None)
        return frozenset(conn.scalars(select(sources.c.code).where(spoken))) & wanted
