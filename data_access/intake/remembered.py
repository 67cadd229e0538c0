"""What was said on days whose raw readings are gone: enough to know a repetition for one.

A file may be sent again years later. So a day's readings that came by file are folded up before
their table is dropped: sorted by place and point, in columns, deflated; exact, at a few bytes a
reading. What came over HTTP alone cannot come again (readings older than the retention are
refused there), so of those days only the source and the day are remembered, and a file that names
them is refused: nobody could tell a repetition from a correction.
"""

import zlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, select, text

from data_access.intake import revisions
from data_access.intake.readings import day_name
from data_access.store.tables import remembered, source_days
from domain.facts.reading import Checked

Identity = tuple[str, str, str, int]  # street_code, sign, point, observed_at
Said = tuple[float, float | None, float | None]  # value, weight, denominator
_DECIMALS = 6
_NOTE = (
    "INSERT INTO source_days (source, day, by_file, folded_to) VALUES (:source, :day, :by_file, 0)"
    " ON CONFLICT (source, day) DO UPDATE SET by_file = true"
    " WHERE excluded.by_file AND NOT source_days.by_file"
)


@dataclass(slots=True)
class Sifted:
    """What of a batch is known already, by the rows' numbers within their parcel."""

    duplicates: int = 0
    conflicts: list[tuple[int, float]] = field(default_factory=list)  # n, the value that stays
    refused: list[int] = field(default_factory=list)  # of days that are no longer remembered


def note_days(conn: Connection, source: str, days: Iterable[int], *, by_file: bool) -> None:
    """Remember that a source has spoken of local days (counted from 1970-01-01)."""
    rows = [{"source": source, "day": day_name(day), "by_file": by_file} for day in days]
    if rows:
        conn.execute(text(_NOTE), rows)


def sift(conn: Connection, source: str, checked: Checked) -> Sifted:
    """Take out of `checked` what was said already on days whose raw readings are gone."""
    out = Sifted()
    days = {day_name(day): day for day in checked.days}
    t = source_days.c
    told = select(t.day, t.by_file).where(t.source == source, t.day.in_(days), t.folded_to > 0)
    for name, by_file in conn.execute(told).all():
        rows = checked.rows.pop(days[name])
        if not by_file:
            out.refused += [row[0] for row in rows]
            continue
        known = _known(conn, source, name, {row[2] for row in rows})
        left: list[Any] = []
        unlike: list[tuple[Any, Said]] = []
        for row in rows:
            stays = known.get((row[1], row[2], row[3], row[4]))
            if stays is None:
                left.append(row)
            elif stays == (row[5:] if checked.wide else (row[5], None, None)):
                out.duplicates += 1
            else:
                unlike.append((row, stays))
        if left:
            checked.rows[days[name]] = left
        _settle(conn, source, checked, unlike, out)
    return out


def _settle(
    conn: Connection,
    source: str,
    checked: Checked,
    unlike: Sequence[tuple[Any, Said]],
    out: Sifted,
) -> None:
    """Rows of a folded day that differ from what stands: told before it was corrected, a correction
    (which comes too late to be judged), or a conflict."""
    if not unlike:
        return
    keys = {row[0]: (row[2], row[4], row[1], source, row[3]) for row, _ in unlike}
    corrected = checked.revisions or revisions.has_any(conn, source)
    told = revisions.told_of(conn, keys.values()) if corrected else {}
    for row, stays in unlike:
        n, revision = row[0], checked.revisions.get(row[0], 0)
        known = told.get(keys[n], {})
        if known.get(revision) == (row[5:] if checked.wide else (row[5], None, None)):
            out.duplicates += 1
        elif revision > max(known, default=0):
            out.refused.append(n)
        else:
            out.conflicts.append((n, stays[0]))


def _known(conn: Connection, source: str, day: str, signs: Collection[str]) -> dict[Identity, Said]:
    r = remembered.c
    mine = select(r.sign, r.body).where(r.source == source, r.day == day, r.sign.in_(signs))
    return {
        (place, sign, point, at): said
        for sign, body in conn.execute(mine)
        for place, point, at, said in unpack(body)
    }


# -- the form ---------------------------------------------------------------------------------


class _Columns(NamedTuple):
    places: list[str]
    points: list[str]
    place: list[int]  # each row's place and point, by number
    point: list[int]
    at: list[int]  # the first instant, then the steps to the next
    said: list[
        tuple[int, list[float | int | None]]
    ]  # value, weight, denominator: decimals, figures


def pack(rows: Sequence[Sequence[Any]]) -> bytes:
    """Rows (street_code, point, observed_at, value, weight, denominator), small and exact."""
    ordered = sorted(rows, key=lambda row: (row[0], row[1], row[2]))
    places, points = ({row[n]: 0 for row in ordered} for n in (0, 1))
    for names in (places, points):
        names.update((name, n) for n, name in enumerate(names))
    instants = [row[2] for row in ordered]
    steps = [later - at for at, later in pairwise(instants)]
    columns = _Columns(
        list(places),
        list(points),
        [places[row[0]] for row in ordered],
        [points[row[1]] for row in ordered],
        instants[:1] + steps,
        [_figures([row[n] for row in ordered]) for n in (3, 4, 5)],
    )
    return zlib.compress(msgspec.msgpack.encode(columns), 9)


def unpack(body: bytes) -> Iterator[tuple[str, str, int, Said]]:
    """The rows of `pack` as (street_code, point, observed_at, (value, weight, denominator))."""
    columns = msgspec.msgpack.decode(zlib.decompress(body), type=_Columns)
    value, weight, denominator = (_numbers(*figures) for figures in columns.said)
    at = 0
    for n, step in enumerate(columns.at):
        at += step
        place, point = columns.places[columns.place[n]], columns.points[columns.point[n]]
        first = value[n]
        if first is None:
            raise ValueError("a reading without a value")
        yield place, point, at, (first, _of(weight, n), _of(denominator, n))


def _of(column: list[float | None], n: int) -> float | None:
    return column[n] if column else None


def _figures(numbers: list[float | None]) -> tuple[int, list[float | int | None]]:
    """Numbers as whole ones of so many decimals where that is exact; [] where there are none."""
    told = [x for x in numbers if x is not None]
    if not told:
        return 0, []
    for decimals in range(_DECIMALS + 1):
        scale = 10**decimals
        if all(abs(x) < 1e9 and round(x * scale) / scale == x for x in told):
            return decimals, [None if x is None else round(x * scale) for x in numbers]
    return -1, list(numbers)


def _numbers(decimals: int, figures: list[float | int | None]) -> list[float | None]:
    if decimals < 0:
        return [None if x is None else float(x) for x in figures]
    scale = 10**decimals
    return [None if x is None else x / scale for x in figures]
