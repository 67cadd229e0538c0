"""What may still change: which stored readings their sender calls provisional.

Kept beside the readings and for as long as samples, so that those without the mark, which are
nearly all, carry nothing. The same reading sent again without the mark confirms it.
"""

from sqlalchemy import Connection, and_, delete, select

from data_access.caching.cache import uncached
from data_access.intake.reading_writes import Stored
from data_access.intake.readings import BATCH_BITS, BATCH_ROWS, KEY, Mark, day_name, day_table
from data_access.store.db import Database, driver_cursor, placeholder
from data_access.store.tables import point_latest, provisional
from domain.actor import Actor, require_person
from domain.catalogue import Catalogue
from domain.facts.reading import Checked


def note(conn: Connection, source: str, checked: Checked, batch_id: int, stored: Stored) -> None:
    """Mark a batch's provisional readings, unmark those that it confirms."""
    again = stored.duplicates or stored.superseding
    if not checked.provisional and not (again and _any(conn, source)):
        return
    new = _new(conn, checked, batch_id) if again or stored.conflicts else None
    refused = {n for n, _ in stored.conflicts}
    marked: set[Mark] = set()
    confirmed: set[Mark] = set()
    for rows in checked.rows.values():
        for n, street, sign, point, at, *_ in rows:
            early = n in checked.provisional
            told_now = early if n in stored.superseding else new is None or n in new
            if n in refused or n in stored.outdated or told_now != early:
                continue  # new and final, or provisional once more: nothing to note
            (marked if told_now else confirmed).add((sign, at, street, source, point))
    marks = ", ".join([placeholder(conn.dialect.name)] * 5)
    if confirmed:
        conn.exec_driver_sql(
            f"DELETE FROM provisional WHERE ({KEY}) = ({marks})",  # noqa: S608
            sorted(confirmed),
        )
    if marked:
        conn.exec_driver_sql(
            f"INSERT INTO provisional ({KEY}) VALUES ({marks}) ON CONFLICT DO NOTHING",  # noqa: S608
            sorted(marked),
        )


def _any(conn: Connection, source: str) -> bool:
    mine = select(provisional.c.sign).where(provisional.c.source == source)
    return conn.execute(mine.limit(1)).first() is not None


def _new(conn: Connection, checked: Checked, batch_id: int) -> set[int]:
    """The numbers of the rows that the batch brought."""
    base, mark = batch_id << BATCH_BITS, placeholder(conn.dialect.name)
    cursor, found = driver_cursor(conn), set[int]()
    for day in checked.days:
        cursor.execute(
            f"SELECT id FROM {day_table(day_name(day))} WHERE id BETWEEN {mark} AND {mark}",  # noqa: S608
            (base, base + BATCH_ROWS - 1),
        )
        found.update(number - base for (number,) in cursor)
    cursor.close()
    return found


@uncached("a stretch of one sign along the primary key")
def provisional_instants(
    db: Database, actor: Actor, sign: str, place: str | None, from_ms: int, to_ms: int
) -> list[int]:
    """The instants in [from_ms, to_ms) of a sign's provisional readings, oldest first.

    `place` None: of any place, which is what the whole district is made of.
    """
    require_person(actor, "the course of a sign")
    t = provisional.c
    query = select(t.observed_at).where(
        t.sign == sign, t.observed_at >= from_ms, t.observed_at < to_ms
    )
    if place is not None:
        query = query.where(t.street_code == place)
    with db.read() as conn:
        return list(conn.scalars(query.order_by(t.observed_at)))


@uncached("beside the value of this moment")
def is_provisional(
    db: Database, actor: Actor, catalogue: Catalogue, sign: str, place: str, now_ms: int
) -> bool:
    """Whether the newest value of a place is made of a provisional one that still counts."""
    require_person(actor, "the course of a sign")
    oldest = now_ms - catalogue.sign[sign].stale_after_s * 1000
    t, newest = provisional.c, point_latest.c
    same = [t[name] == newest[name] for name in KEY.split(", ")]
    query = select(t.sign).join(point_latest, and_(*same))
    query = query.where(t.sign == sign, t.observed_at > oldest)
    if place != catalogue.code:
        query = query.where(t.street_code == place)
    with db.read() as conn:
        return conn.execute(query.limit(1)).first() is not None


def prune(conn: Connection, before_ms: int) -> None:
    """Forget the marks of readings whose samples are gone."""
    conn.execute(delete(provisional).where(provisional.c.observed_at < before_ms))
