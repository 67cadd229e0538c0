"""Which sources the demonstration may speak for: only those no real system has spoken for."""

from collections.abc import Iterable

from sqlalchemy import select, update

from data_access.cache import uncached
from data_access.db import Database
from data_access.sources import ensure_source
from data_access.tables import sources
from domain.catalogue import Catalogue


@uncached("a write")
def claim_for_demo(
    db: Database, catalogue: Catalogue, codes: Iterable[str], now_ms: int
) -> frozenset[str]:
    """Enter sources as demonstration sources; those of `codes` that are.

    A source that has sent anything as a live one stays live and is left out: its measurements must
    never be mixed with invented ones.
    """
    wanted = set(codes)
    for code in sorted(wanted):
        ensure_source(db, catalogue, code, now_ms, "demo")
    silent = sources.c.last_received.is_(None) & (sources.c.quarantined == 0)
    unused = (sources.c.kind == "live") & silent
    with db.write() as conn:
        conn.execute(update(sources).where(sources.c.code.in_(wanted) & unused).values(kind="demo"))
        demo = select(sources.c.code).where(sources.c.kind == "demo")
        return frozenset(conn.scalars(demo)) & wanted
