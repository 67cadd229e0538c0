"""What the public site asks of the publication store. Everything in the answers is public."""

from typing import Any, NamedTuple

import msgspec
from sqlalchemy import func, select

from data_access.caching.cache import uncached
from data_access.public.tables import (
    public_corrections,
    public_manifests,
    public_reports,
    public_state,
    public_values,
    public_views,
)
from data_access.store.db import Database

_KEPT = "the site keeps whole pages for each version; nobody else asks"


class Value(NamedTuple):
    """A closed value."""

    sign: str
    place: str
    start: int  # epoch ms
    mark: str
    value: float | None
    low: float | None
    high: float | None
    demo: bool


class Correction(NamedTuple):
    """An entry of the correction log."""

    sign: str
    place: str
    period: str
    start: int
    at: int
    old: float | None
    new: float | None
    text_zh: str | None  # what a person wrote; None where the engine noticed
    text_en: str | None

    def text(self, lang: str) -> str | None:
        """The wording in a language."""
        return self.text_zh if lang == "zh" else self.text_en


@uncached(_KEPT)
def newest_version(db: Database) -> int | None:
    """The version of the present; None before the first publication."""
    query = select(public_views.c.version).where(public_views.c.view == "public")
    with db.read() as conn:
        found = conn.execute(query).scalar()
    return None if found is None else int(found)


@uncached(_KEPT)
def view_body(db: Database, view: str) -> tuple[int, bytes] | None:
    """(version, JSON) of a view of the present."""
    query = select(public_views.c.version, public_views.c.body).where(public_views.c.view == view)
    with db.read() as conn:
        row = conn.execute(query).first()
    return None if row is None else (int(row.version), bytes(row.body))


@uncached(_KEPT)
def values_between(
    db: Database,
    period: str,
    from_ms: int,
    to_ms: int,
    place: str | None = None,
    sign: str | None = None,
) -> list[Value]:
    """Closed values with from ≤ start < to, by start, sign and place."""
    v = public_values.c
    query = (
        select(v.sign, v.place, v.start, v.mark, v.value, v.low, v.high, v.demo)
        .where(v.period == period, v.start >= from_ms, v.start < to_ms)
        .order_by(v.start, v.sign, v.place)
    )
    if place is not None:
        query = query.where(v.place == place)
    if sign is not None:
        query = query.where(v.sign == sign)
    with db.read() as conn:
        return [Value(*row) for row in conn.execute(query)]


@uncached(_KEPT)
def marks_of_day(db: Database, start: int, district: str) -> dict[str, dict[str, int]]:
    """How many street cells of a released day carry which mark, by sign."""
    v = public_values.c
    query = (
        select(v.sign, v.mark, func.count())
        .where(v.period == "day", v.start == start, v.place != district)
        .group_by(v.sign, v.mark)
        .order_by(v.sign, v.mark)
    )
    found: dict[str, dict[str, int]] = {}
    with db.read() as conn:
        for sign, mark, cells in conn.execute(query):
            found.setdefault(sign, {})[mark] = int(cells)
    return found


@uncached(_KEPT)
def newest_start(db: Database, period: str) -> int | None:
    """Start of the newest closed period of a kind (hour, day, week)."""
    query = select(public_state.c.value).where(public_state.c.name == f"{period}s")
    with db.read() as conn:
        found = conn.execute(query).scalar()
    return None if found is None else int(found)


@uncached(_KEPT)
def newest_corrections(db: Database, limit: int) -> list[Correction]:
    """The correction log, newest first."""
    query = select(public_corrections).order_by(public_corrections.c.at.desc()).limit(limit)
    with db.read() as conn:
        return [Correction(*row) for row in conn.execute(query)]


@uncached(_KEPT)
def manifests(db: Database) -> list[tuple[int, dict[str, Any]]]:
    """(in force since, manifest), newest first."""
    query = select(public_manifests.c.at, public_manifests.c.body)
    query = query.order_by(public_manifests.c.at.desc()).limit(50)
    with db.read() as conn:
        return [(int(at), msgspec.json.decode(body)) for at, body in conn.execute(query)]


@uncached("a write")
def add_report(db: Database, at: int, figure: str, text: str) -> None:
    """File what somebody wrote about a figure."""
    with db.write() as conn:
        conn.execute(public_reports.insert().inline().values(at=at, figure=figure, text=text))
