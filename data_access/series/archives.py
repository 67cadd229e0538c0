"""Which past was loaded lately: an archive's samples and hours count from when they came.

Who loads the years 2012 to 2014 wants to look at their hours, not to see them go within minutes
because they are old. So for each sign and thirty days it is remembered when a file last brought
something of them: some dozen rows for years of readings.
"""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, select, text

from data_access.caching.cache import uncached
from data_access.settings import Settings
from data_access.store.db import Database
from data_access.store.tables import archives
from domain.catalogue import Catalogue
from domain.clock import DAY_MS, to_rfc3339
from domain.sign import Sign
from domain.zone import Zone

BLOCK_MS = 30 * DAY_MS
_BEGINNING = -(1 << 62)
_NOTE = text(
    "INSERT INTO archives (sign, from_ms, received_at) VALUES (:sign, :from_ms, :received_at)"
    " ON CONFLICT (sign, from_ms) DO UPDATE SET received_at = excluded.received_at"
    " WHERE excluded.received_at > archives.received_at"
)


class Span(NamedTuple):
    """[from_ms, to_ms), epoch ms."""

    from_ms: int
    to_ms: int


def note_blocks(
    conn: Connection, brought: Iterable[tuple[str, int]], zone: Zone, received_ms: int
) -> None:
    """Remember that a file brought something of (sign, local day counted from 1970-01-01)."""
    blocks = {(s, day * DAY_MS // BLOCK_MS * BLOCK_MS - zone.grid_ms) for s, day in brought}
    rows = [{"sign": s, "from_ms": at, "received_at": received_ms} for s, at in sorted(blocks)]
    if rows:
        conn.execute(_NOTE, rows)


def kept_spans(conn: Connection, catalogue: Catalogue, edge_ms: int) -> dict[str, list[Span]]:
    """By sign, the spans before an edge that were loaded after it: oldest first, without touching.

    A derived sign is kept with what it follows from.
    """
    t = archives.c
    query = select(t.sign, t.from_ms).where(t.received_at >= edge_ms, t.from_ms < edge_ms)
    blocks: dict[str, set[int]] = {}
    for code, from_ms in conn.execute(query):
        blocks.setdefault(code, set()).add(from_ms)
    for sign in catalogue.signs:
        for _, code in sign.derived_from:
            if code in blocks:
                blocks.setdefault(sign.code, set()).update(blocks[code])
    return {code: _joined(starts, edge_ms) for code, starts in blocks.items()}


def gaps(spans: Iterable[Span], edge_ms: int) -> list[Span]:
    """What lies before an edge and in none of the (ordered) spans."""
    found, at = [], _BEGINNING
    for span in spans:
        if span.from_ms > at:
            found.append(Span(at, span.from_ms))
        at = max(at, span.to_ms)
    return [*found, Span(at, edge_ms)] if at < edge_ms else found


@uncached("a look at a small table along its key")
def is_kept(db: Database, sign: Sign, from_ms: int, to_ms: int, since_ms: int) -> bool:
    """Whether a file brought something of every block of a span since an instant."""
    codes = [sign.code, *(code for _, code in sign.derived_from)]
    t = archives.c
    first = from_ms - BLOCK_MS - DAY_MS
    query = select(t.from_ms).where(
        *(t.sign.in_(codes), t.received_at >= since_ms, t.from_ms > first, t.from_ms < to_ms)
    )
    with db.read() as conn:
        spans = _joined(conn.scalars(query), to_ms)
    return any(span.from_ms <= from_ms and to_ms <= span.to_ms for span in spans)


@uncached("asked once, when a file has been read")
def told_of(db: Database, settings: Settings, since_ms: int, now_ms: int) -> str | None:
    """How long the tiers of what was loaded since an instant stay; None: as long as they would."""
    with db.read() as conn:
        t = archives.c
        oldest = conn.scalar(select(func.min(t.from_ms)).where(t.received_at >= since_ms))
    if oldest is None:
        return None
    kept = []
    for what, days in (
        ("its samples", settings.retain_minute_days),
        ("its hours", settings.retain_hour_days),
    ):
        if oldest < now_ms - days * DAY_MS:
            kept.append(f"{what} are kept for {days} days from now, until {_date(now_ms, days)}")
    return f"an archive: {', '.join(kept)}; its days stay" if kept else None


def _date(now_ms: int, days: int) -> str:
    return (to_rfc3339(now_ms + days * DAY_MS) or "")[:10]


def forget(conn: Connection, before_ms: int) -> None:
    """Forget what was loaded before an instant."""
    conn.execute(delete(archives).where(archives.c.received_at < before_ms))


def _joined(starts: Iterable[int], edge_ms: int) -> list[Span]:
    found: list[Span] = []
    for at in sorted(starts):
        # a day more on both sides: local days do not begin with the blocks where clocks change
        begin, end = at - DAY_MS, min(at + BLOCK_MS + DAY_MS, edge_ms)
        if found and found[-1].to_ms >= begin:
            found[-1] = Span(found[-1].from_ms, max(end, found[-1].to_ms))
        else:
            found.append(Span(begin, end))
    return found
