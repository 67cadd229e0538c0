"""Roll-ups: the samples of a slot (minute tier), of an hour and of a day.

A row of a higher tier is always recomputed from the rows of the tier below, for the buckets that
changed and for no others, so the same readings give the same rows in whatever order they came.
`numerator / denominator` is the value of ratios and weighted means, `sum / count` that of the
rest, `min` and `max` the extremes of the samples. A minute row says how its sample was judged.
Hours and days say for how long a state was known and how long each state lasted, by the recorded
changes of state: what the alarm log says of a time adds up to what its hours say. A value counts
until the next one, at most until it is stale; so there are hours without a sample (`count` 0, and
extremes that change none) in which it still holds.
"""

from collections.abc import Callable, Iterable, Sequence

from sqlalchemy import Connection, Table, case, select, text

from data_access.caching.cache import uncached
from data_access.store.db import Database, driver_cursor, placeholder
from data_access.store.tables import latest, rollup_day, rollup_hour, rollup_minute
from domain.catalogue import Catalogue
from domain.clock import HOUR_MS
from domain.zone import Zone

Key = tuple[str, str, int]  # unit, indicator, bucket
BucketRow = tuple[str, str, int, float, float, int, float, float, float, bool]
"""unit, indicator, bucket, numerator, denominator, count, sum, min, max, demo."""
MinuteRow = tuple[str, str, int, float, float, int, float, float, float, bool, int | None]
"""A bucket of the minute tier, and how severe it was judged (None: not judged)."""

_COLUMNS = ", ".join(f'"{c.name}"' for c in rollup_minute.columns if c.name != "severity")
TIERS: dict[str, Table] = {"minute": rollup_minute, "hour": rollup_hour, "day": rollup_day}


def write_minutes(db: Database, conn: Connection, rows: Sequence[MinuteRow]) -> None:
    """Write samples, replacing those of the same place, sign and slot."""
    db.upsert(conn, rollup_minute, rows)


def roll_hours(
    db: Database, conn: Connection, keys: Iterable[Key], whole_from: int, now_ms: int
) -> None:
    """Recompute the hour rows of `keys` from the minute tier, which is complete from `whole_from`.

    A row before that (epoch ms) is replaced only by one that is made of as much. The time in each
    state is that up to `now_ms`.
    """
    if _mark_dirty(db, conn, keys, lambda bucket: bucket + HOUR_MS):
        conn.execute(text(_statement(db, _SPENT, now=now_ms)))
        _roll(db, conn, rollup_minute, rollup_hour, whole_from)
        conn.execute(text("DELETE FROM rollup_spent"))
        conn.execute(text(_DROP_EMPTY))


def roll_days(
    db: Database, conn: Connection, keys: Iterable[Key], zone: Zone, whole_from: int = 0
) -> None:
    """Recompute the day rows of `keys` (bucket = local midnight) from the hour tier, likewise."""
    if _mark_dirty(db, conn, keys, zone.next_day):
        _roll(db, conn, rollup_hour, rollup_day, whole_from)


def carry_slow(conn: Connection, catalogue: Catalogue) -> None:
    """Of a store of the version before, where a sample spoke for its hour alone: let those of signs
    that speak less often than hourly speak until the next one is due."""
    places = [catalogue.code, *catalogue.street]
    for sign in catalogue.signs:
        hours = sign.cadence_s / 3600
        if hours <= 1:
            continue
        for table, most in ((rollup_hour, hours), (rollup_day, 24.0)):
            t = table.c
            factor = case((t.known * hours > most, most / t.known), else_=hours)
            wider = {c: t[c] * factor for c in ("known", "attention", "warning", "alarm")}
            mine = t.unit.in_(places) & (t.indicator == sign.code) & (t.known > 0)
            conn.execute(table.update().where(mine).values(wider))


def masses(conn: Connection, sign: str, from_ms: int, to_ms: int) -> dict[tuple[str, int], float]:
    """The denominators of a sign's samples in [from_ms, to_ms) by (place, slot)."""
    query = select(rollup_minute.c.unit, rollup_minute.c.bucket, rollup_minute.c.denominator).where(
        rollup_minute.c.unit.in_(select(latest.c.unit).where(latest.c.indicator == sign)),
        rollup_minute.c.indicator == sign,
        rollup_minute.c.bucket >= from_ms,
        rollup_minute.c.bucket < to_ms,
    )
    return {(place, slot): mass for place, slot, mass in conn.execute(query)}


# how long each state lasted within the hours of rollup_dirty, by the recorded changes of state
_SPENT = """
INSERT INTO rollup_spent
WITH k AS MATERIALIZED (
  SELECT unit, indicator, bucket,
         CASE WHEN bucket + 3600000 < {now} THEN bucket + 3600000 ELSE {now} END AS ends,
         COALESCE((SELECT MAX(f.since) FROM state_history f WHERE f.unit = d.unit
           AND f.indicator = d.indicator AND f.since <= d.bucket), bucket) AS first
  FROM rollup_dirty d WHERE bucket < {now}
)
SELECT unit, indicator, bucket,
       SUM(CASE WHEN state <> 'unknown' THEN lasted ELSE 0 END) / 3600000.0,
       SUM(CASE WHEN state = 'attention' THEN lasted ELSE 0 END) / 3600000.0,
       SUM(CASE WHEN state = 'warning' THEN lasted ELSE 0 END) / 3600000.0,
       SUM(CASE WHEN state = 'alarm' THEN lasted ELSE 0 END) / 3600000.0
FROM (
  SELECT unit, indicator, bucket, state,
         LEAD(began, 1, ends) OVER (PARTITION BY unit, indicator, bucket ORDER BY began) - began
         AS lasted
  FROM (
    SELECT k.unit, k.indicator, k.bucket, h.state,
           CASE WHEN h.since > k.bucket THEN h.since ELSE k.bucket END AS began, k.ends
    FROM k CROSS JOIN state_history h WHERE h.unit = k.unit AND h.indicator = k.indicator
      AND h.since < k.ends AND h.since >= k.first
  ) AS held
) AS spent
GROUP BY unit, indicator, bucket
"""
_OF_HOURS = "SUM(m.known), SUM(m.attention), SUM(m.warning), SUM(m.alarm)"
_ROLL_DAYS = """
SELECT k.unit, k.indicator, k.bucket, SUM(m.numerator), SUM(m.denominator), SUM(m.count),
       SUM(m.sum), MIN(m.min), MAX(m.max), {any_demo}, {of_hours}
FROM rollup_dirty k JOIN rollup_hour m ON m.unit = k.unit AND m.indicator = k.indicator
     AND m.bucket >= k.bucket AND m.bucket < k.until
GROUP BY k.unit, k.indicator, k.bucket
"""
# an hour without a sample is whose the newest value is
_ROLL_HOURS = """
SELECT k.unit, k.indicator, k.bucket, COALESCE(SUM(m.numerator), 0),
       COALESCE(SUM(m.denominator), 0), COUNT(m.bucket), COALESCE(SUM(m.sum), 0),
       COALESCE(MIN(m.min), {infinity}), COALESCE(MAX(m.max), -{infinity}),
       COALESCE({any_demo}, {whose_demo}, {false}),
       COALESCE(MAX(s.known), 0), COALESCE(MAX(s.attention), 0), COALESCE(MAX(s.warning), 0),
       COALESCE(MAX(s.alarm), 0)
FROM rollup_dirty k
     LEFT JOIN rollup_minute m ON m.unit = k.unit AND m.indicator = k.indicator
     AND m.bucket >= k.bucket AND m.bucket < k.until
     LEFT JOIN rollup_spent s ON s.unit = k.unit AND s.indicator = k.indicator
     AND s.bucket = k.bucket
     LEFT JOIN latest l ON l.unit = k.unit AND l.indicator = k.indicator
GROUP BY k.unit, k.indicator, k.bucket
"""
_REPLACE = """
ON CONFLICT (unit, indicator, bucket) DO UPDATE SET numerator = excluded.numerator,
  denominator = excluded.denominator, count = excluded.count, sum = excluded.sum,
  min = excluded.min, max = excluded.max, demo = excluded.demo, known = excluded.known,
  attention = excluded.attention, warning = excluded.warning, alarm = excluded.alarm
WHERE excluded.bucket >= {whole_from}
   OR (excluded.count >= {target}.count AND excluded.denominator >= {target}.denominator)
"""
_DROP_EMPTY = """
DELETE FROM rollup_hour WHERE (unit, indicator, bucket) IN
 (SELECT unit, indicator, bucket FROM rollup_dirty) AND count = 0 AND known = 0
"""
_TEMPORARY = (
    "CREATE TEMP TABLE IF NOT EXISTS rollup_dirty (unit VARCHAR(96), indicator VARCHAR(64),"
    " bucket BIGINT, until BIGINT, PRIMARY KEY (unit, indicator, bucket))",
    "CREATE TEMP TABLE IF NOT EXISTS rollup_spent (unit VARCHAR(96), indicator VARCHAR(64),"
    " bucket BIGINT, known FLOAT, attention FLOAT, warning FLOAT, alarm FLOAT,"
    " PRIMARY KEY (unit, indicator, bucket))",
    "DELETE FROM rollup_dirty",
)
_WORDS = {
    "sqlite": {
        "any_demo": "MAX(m.demo)", "whose_demo": "MAX(l.demo)", "infinity": "9e999", "false": "0",
    },
    "postgresql": {
        "any_demo": "BOOL_OR(m.demo)", "whose_demo": "BOOL_OR(l.demo)",
        "infinity": "'Infinity'::float8", "false": "FALSE",
    },
}  # fmt: skip


def _statement(db: Database, template: str, **values: object) -> str:
    return template.format(**_WORDS[db.dialect], of_hours=_OF_HOURS, **values)


def _mark_dirty(
    db: Database, conn: Connection, keys: Iterable[Key], end_of: Callable[[int], int]
) -> bool:
    """Write the keys into rollup_dirty with where their buckets end; False: there are none."""
    marked = sorted(set(keys))
    if not marked:
        return False
    ends = {bucket: end_of(bucket) for bucket in {key[2] for key in marked}}
    rows = [(*key, ends[key[2]]) for key in marked]
    for statement in _TEMPORARY:
        conn.exec_driver_sql(statement)
    cursor = driver_cursor(conn)
    if db.dialect == "sqlite":
        cursor.executemany("INSERT INTO rollup_dirty VALUES (?,?,?,?)", rows)
    else:
        with cursor.copy("COPY rollup_dirty FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    cursor.close()
    return True


def _roll(db: Database, conn: Connection, source: Table, target: Table, whole_from: int) -> None:
    rows = _statement(db, _ROLL_HOURS if source is rollup_minute else _ROLL_DAYS)
    replace = _REPLACE.format(target=target.name, whole_from=whole_from)
    conn.execute(text(f"INSERT INTO {target.name} {rows} {replace}"))


@uncached("a stretch of one sign along the primary key")
def series(
    db: Database, unit: str, indicator: str, tier: str, from_ms: int, to_ms: int
) -> list[BucketRow]:
    """Rows of a sign at a place in [from_ms, to_ms) that hold a sample, oldest first.

    KeyError: no such tier.
    """
    table = TIERS[tier].name
    mark = placeholder(db.dialect)
    with db.read() as conn:
        cursor = driver_cursor(conn)
        cursor.execute(
            f"SELECT {_COLUMNS} FROM {table} WHERE unit = {mark} AND indicator = {mark}"  # noqa: S608
            f" AND bucket >= {mark} AND bucket < {mark} AND count > 0 ORDER BY bucket",
            (unit, indicator, from_ms, to_ms),
        )
        found: list[BucketRow] = [(*row[:-1], row[-1] == 1) for row in cursor]
        cursor.close()
    return found


def prune(
    conn: Connection, tier: str, pair: tuple[str, str], span: tuple[int, int], most: int
) -> int:
    """Drop at most so many rows of a tier for a (place, sign) in [from, to); how many went.

    Works along the primary key, so the cost follows what is dropped.
    """
    table, mark = TIERS[tier].name, placeholder(conn.dialect.name)
    mine = f"unit = {mark} AND indicator = {mark} AND bucket"
    cursor = driver_cursor(conn)
    cursor.execute(
        f"DELETE FROM {table} WHERE {mine} IN (SELECT bucket FROM {table} WHERE {mine} >= {mark}"  # noqa: S608
        f" AND bucket < {mark} ORDER BY bucket LIMIT {mark})",
        (*pair, *pair, *span, most),
    )
    gone = int(cursor.rowcount)
    cursor.close()
    return gone
