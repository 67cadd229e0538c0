"""Roll-ups: the samples of a slot (minute tier), of an hour and of a day.

A row of a higher tier is always recomputed from the rows of the tier below, for the buckets that
changed and for no others, so the same readings give the same rows in whatever order they came.
`numerator / denominator` is the value of ratios and weighted means, `sum / count` that of the
rest, `min` and `max` the extremes of the samples. A minute row says how its sample was judged;
hours and days say how many of their hours were judged at all and what part of them was spent in
each state, so that an hour with one sample weighs as much as one with sixty.
"""

from collections.abc import Callable, Iterable, Sequence

from sqlalchemy import Connection, Table, select, text

from data_access.cache import uncached
from data_access.db import Database, driver_cursor, placeholder
from data_access.tables import latest, rollup_day, rollup_hour, rollup_minute
from domain.clock import HOUR_MS
from domain.zone import Zone

Key = tuple[str, str, int]  # street_code, sign, bucket
BucketRow = tuple[str, str, int, float, float, int, float, float, float, bool]
"""street_code, sign, bucket, numerator, denominator, count, sum, min, max, demo."""
MinuteRow = tuple[str, str, int, float, float, int, float, float, float, bool, int | None]
"""A bucket of the minute tier, and how severe it was judged (None: not judged)."""

_COLUMNS = ", ".join(f'"{c.name}"' for c in rollup_minute.columns if c.name != "severity")
TIERS: dict[str, Table] = {"minute": rollup_minute, "hour": rollup_hour, "day": rollup_day}


def write_minutes(db: Database, conn: Connection, rows: Sequence[MinuteRow]) -> None:
    """Write samples, replacing those of the same place, sign and slot."""
    db.upsert(conn, rollup_minute, rows)


def roll_hours(db: Database, conn: Connection, keys: Iterable[Key], whole_from: int = 0) -> None:
    """Recompute the hour rows of `keys` from the minute tier, which is complete from `whole_from`.

    A row before that (epoch ms) is replaced only by one that is made of as much.
    """
    ended = _with_ends(keys, lambda bucket: bucket + HOUR_MS)
    _roll(db, conn, rollup_minute, rollup_hour, ended, whole_from)


def roll_days(
    db: Database, conn: Connection, keys: Iterable[Key], zone: Zone, whole_from: int = 0
) -> None:
    """Recompute the day rows of `keys` (bucket = local midnight) from the hour tier, likewise."""
    _roll(db, conn, rollup_hour, rollup_day, _with_ends(keys, zone.next_day), whole_from)


def _with_ends(
    keys: Iterable[Key], end_of: Callable[[int], int]
) -> list[tuple[str, str, int, int]]:
    """Keys with where their buckets end."""
    rows = list(keys)
    ends = {bucket: end_of(bucket) for bucket in {row[2] for row in rows}}
    return [(*row, ends[row[2]]) for row in rows]


def masses(conn: Connection, sign: str, from_ms: int, to_ms: int) -> dict[tuple[str, int], float]:
    """The denominators of a sign's samples in [from_ms, to_ms) by (place, slot)."""
    query = select(
        rollup_minute.c.street_code, rollup_minute.c.bucket, rollup_minute.c.denominator
    ).where(
        rollup_minute.c.street_code.in_(select(latest.c.street_code).where(latest.c.sign == sign)),
        rollup_minute.c.sign == sign,
        rollup_minute.c.bucket >= from_ms,
        rollup_minute.c.bucket < to_ms,
    )
    return {(place, slot): mass for place, slot, mass in conn.execute(query)}


# hours of an hour: each judged sample stands for an equal part of it, however many there are
_OF_MINUTES = """CASE WHEN COUNT(m.severity) > 0 THEN 1.0 ELSE 0.0 END,
       COALESCE(AVG(CASE WHEN m.severity = 1 THEN 1.0 WHEN m.severity IS NOT NULL THEN 0.0 END), 0),
       COALESCE(AVG(CASE WHEN m.severity = 2 THEN 1.0 WHEN m.severity IS NOT NULL THEN 0.0 END), 0),
       COALESCE(AVG(CASE WHEN m.severity = 3 THEN 1.0 WHEN m.severity IS NOT NULL THEN 0.0 END), 0)
"""
_OF_HOURS = "SUM(m.known), SUM(m.attention), SUM(m.warning), SUM(m.alarm)"
_ROLL = """
INSERT INTO {target}
SELECT k.street_code, k.sign, k.bucket, SUM(m.numerator), SUM(m.denominator), SUM(m.count),
       SUM(m.sum), MIN(m.min), MAX(m.max), {any_demo}, {hours}
FROM rollup_dirty k JOIN {source} m ON m.street_code = k.street_code AND m.sign = k.sign
     AND m.bucket >= k.bucket AND m.bucket < k.until
GROUP BY k.street_code, k.sign, k.bucket
ON CONFLICT (street_code, sign, bucket) DO UPDATE SET numerator = excluded.numerator,
  denominator = excluded.denominator, count = excluded.count, sum = excluded.sum,
  min = excluded.min, max = excluded.max, demo = excluded.demo, known = excluded.known,
  attention = excluded.attention, warning = excluded.warning, alarm = excluded.alarm
WHERE excluded.bucket >= {whole_from}
   OR (excluded.count >= {target}.count AND excluded.denominator >= {target}.denominator)
"""


def _roll(
    db: Database,
    conn: Connection,
    source: Table,
    target: Table,
    rows: Sequence[tuple[str, str, int, int]],
    whole_from: int,
) -> None:
    if not rows:
        return
    conn.exec_driver_sql(
        "CREATE TEMP TABLE IF NOT EXISTS rollup_dirty"
        " (street_code VARCHAR(12), sign VARCHAR(16), bucket BIGINT, until BIGINT)"
    )
    conn.exec_driver_sql("DELETE FROM rollup_dirty")
    cursor = driver_cursor(conn)
    if db.dialect == "sqlite":
        cursor.executemany("INSERT INTO rollup_dirty VALUES (?,?,?,?)", rows)
        any_demo = "MAX(m.demo)"
    else:
        with cursor.copy("COPY rollup_dirty FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        any_demo = "BOOL_OR(m.demo)"
    cursor.close()
    statement = _ROLL.format(
        target=target.name,
        source=source.name,
        any_demo=any_demo,
        hours=_OF_MINUTES if source is rollup_minute else _OF_HOURS,
        whole_from=whole_from,
    )
    conn.execute(text(statement))


@uncached("a stretch of one sign along the primary key")
def series(
    db: Database, street_code: str, sign: str, tier: str, from_ms: int, to_ms: int
) -> list[BucketRow]:
    """Rows of a sign at a place in [from_ms, to_ms), oldest first; KeyError: no such tier."""
    table = TIERS[tier].name
    mark = placeholder(db.dialect)
    with db.read() as conn:
        cursor = driver_cursor(conn)
        cursor.execute(
            f"SELECT {_COLUMNS} FROM {table} WHERE street_code = {mark} AND sign = {mark}"  # noqa: S608
            f" AND bucket >= {mark} AND bucket < {mark} ORDER BY bucket",
            (street_code, sign, from_ms, to_ms),
        )
        found: list[BucketRow] = [(*row[:-1], row[-1] == 1) for row in cursor]
        cursor.close()
    return found


def prune(conn: Connection, tier: str, pairs: Iterable[tuple[str, str]], before_ms: int) -> int:
    """Drop the rows of a tier older than `before_ms` for (place, sign) pairs; how many went.

    Works along the primary key, so the cost follows what is dropped.
    """
    table = TIERS[tier]
    gone = 0
    for street_code, sign in pairs:
        gone += conn.execute(
            table.delete().where(
                table.c.street_code == street_code,
                table.c.sign == sign,
                table.c.bucket < before_ms,
            )
        ).rowcount
    return gone
