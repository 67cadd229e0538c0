"""What publication reads of the internal store: samples, the last before an instant, buckets."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from data_access.series.rollups import TIERS, BucketRow
from data_access.store.db import driver_cursor
from data_access.store.tables import batches

Question = tuple[str, str, int, int]
"""place, sign, and the half-open interval [from, to) of bucket starts, epoch ms."""

_SAMPLE = "bucket, sum, count, denominator, demo, severity"
_SAMPLE_OF_HOURS = "bucket, sum, count, denominator / count, demo, NULL"
_BUCKET = "bucket, numerator, denominator, count, sum, min, max, demo"


class Sample(NamedTuple):
    """One sample of the minute tier."""

    bucket: int
    value: float
    denominator: float  # cases behind a rate
    demo: bool
    severity: int | None  # 0 normal … 3 alarm; None: not judged


def last_samples(
    conn: Connection, questions: Iterable[Question]
) -> Iterator[tuple[str, str, Sample]]:
    """(place, sign, newest sample in the interval) for each question that has one.

    One look-up along the primary key each, so the cost does not grow with the history.
    """
    found = _ask(conn, questions, _SAMPLE, "rollup_minute", "ORDER BY bucket DESC LIMIT 1")
    for place, sign, bucket, total, count, denominator, demo, severity in found:
        yield place, sign, Sample(bucket, total / count, denominator, bool(demo), severity)


def samples(
    conn: Connection, questions: Iterable[Question], tier: str = "minute"
) -> Iterator[tuple[str, str, Sample]]:
    """(place, sign, sample) of every sample in the intervals, oldest first in each.

    The hour tier has the same samples, but for their states, of signs whose slot is an hour; and
    hours without one, in which the last still holds.
    """
    names = _SAMPLE if tier == "minute" else _SAMPLE_OF_HOURS
    found = _ask(conn, questions, names, TIERS[tier].name, "AND count > 0 ORDER BY bucket")
    for place, sign, bucket, total, count, denominator, demo, severity in found:
        yield place, sign, Sample(bucket, total / count, denominator, bool(demo), severity)


def buckets(
    conn: Connection, tier: str, questions: Iterable[Question]
) -> Iterator[tuple[str, str, BucketRow]]:
    """(place, sign, row) of every bucket of a tier that holds a sample, oldest first.

    KeyError: no such tier.
    """
    for row in _ask(conn, questions, _BUCKET, TIERS[tier].name, "AND count > 0 ORDER BY bucket"):
        yield row[0], row[1], (*row[:-1], bool(row[-1]))


def _ask(
    conn: Connection, questions: Iterable[Question], names: str, table: str, tail: str
) -> Iterator[tuple[Any, ...]]:
    """Rows (place, sign, names …), straight from the driver."""
    asked = list(questions)
    cursor = driver_cursor(conn)
    if conn.dialect.name == "sqlite":
        statement = (
            f"SELECT unit, indicator, {names} FROM {table}"  # noqa: S608
            f" WHERE unit=? AND indicator=? AND bucket>=? AND bucket<? {tail}"
        )
        for question in asked:
            yield from cursor.execute(statement, question).fetchall()
    elif asked:  # one journey for all of them
        cursor.execute(
            "SELECT q.place, q.code, r.* FROM unnest(%s::text[], %s::text[], %s::bigint[],"  # noqa: S608
            f" %s::bigint[]) AS q(place, code, f, t) CROSS JOIN LATERAL (SELECT {names}"
            f" FROM {table} WHERE unit=q.place AND indicator=q.code AND bucket>=q.f"
            f" AND bucket<q.t {tail}) r",
            [list(column) for column in zip(*asked, strict=True)],
        )
        yield from cursor.fetchall()
    cursor.close()


def busy_days(conn: Connection, since_ms: int) -> set[str]:
    """Local days (YYYYMMDD) that batches since an instant have written to."""
    query = select(batches.c.days).where(batches.c.received_at >= since_ms).distinct()
    return {day for days in conn.scalars(query) for day in days.split(",") if day}
