"""Kinds of facts that lie in one table, every telling of them a row of its own.

A telling is known by its identity and its revision. The same again is a duplicate; the same
revision told otherwise is a conflict, and the first stays; any other revision is kept beside it,
and the highest is what stands. So a fact is dated twice: when it was so (`observed_at`), and when
we were told (`received_at`).
"""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from sqlalchemy import Connection, Table

from data_access.intake.kind import Batch, Kept, Kind
from data_access.intake.readings import BATCH_BITS, BATCH_ROWS
from data_access.store.db import driver_cursor, placeholder
from domain.catalogue import Catalogue
from domain.declared import Sentinels
from domain.facts.fact import (
    F,
    Fault,
    Parcel,
    Reason,
    Rejection,
    Window,
    instant_ms,
    no_instant,
    revision_fault,
    shown,
    source_fault,
    window_fault,
)

_PIECE = 200  # tellings asked for in one statement
Row = dict[str, Any]


@dataclass(slots=True)
class Rows:
    """A parcel that was looked at: rows by their number in it, without the batch's columns."""

    rows: list[tuple[int, Row]] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)
    newest: int | None = None


class OneTable(Kind[F]):
    """A kind in one table: columns id, source, observed_at, received_at, revision, and its own.

    The primary key is `identity` with the revision; id is unique. The struct has the fields
    observed_at and revision.
    """

    table: ClassVar[Table]
    identity: ClassVar[Sequence[str]]  # the columns that say which fact it is

    @abstractmethod
    def row(self, fact: F, catalogue: Catalogue) -> Row | Fault:
        """The columns that are the kind's own, or the first thing that is wrong with a fact."""

    def check(
        self,
        catalogue: Catalogue,
        parcel: Parcel[F],
        source: str,
        limits: Window,
        sentinels: Sentinels,
    ) -> Rows:
        """What all kinds ask of a fact, then what this one asks."""
        out = Rows(rejected=list(parcel.faults))
        known = frozenset(s.code for s in catalogue.sources)
        for n, fact in enumerate(parcel.facts):
            found = source_fault(fact.source, source, known) or self._row(fact, catalogue, limits)
            if isinstance(found, Fault):
                out.rejected.append(Rejection(parcel.positions[n], *found))
                continue
            out.rows.append((n, found))
            out.newest = max(out.newest or 0, found["observed_at"])
        return out

    def _row(self, fact: Any, catalogue: Catalogue, limits: Window) -> Row | Fault:
        fault = revision_fault(fact.revision)
        if fault is not None:
            return fault
        try:
            at = instant_ms(fact.observed_at)
        except ValueError:
            return no_instant(fact.observed_at)
        found = window_fault(fact.observed_at, at, limits) or self.row(fact, catalogue)
        if isinstance(found, Fault):
            return found
        return {"source": fact.source, "observed_at": at, "revision": fact.revision, **found}

    def keep(self, conn: Connection, batch: Batch, parcel: Parcel[F], checked: Any) -> Kept:
        """Insert what is new; the rest is looked up together."""
        base, rows = batch.id << BATCH_BITS, checked.rows
        names = [column.name for column in self.table.columns]
        mark, table = placeholder(conn.dialect.name), self.table.name
        cursor = driver_cursor(conn)
        cursor.executemany(
            f"INSERT INTO {table} ({', '.join(names)})"  # noqa: S608
            f" VALUES ({', '.join([mark] * len(names))})"
            f" ON CONFLICT ({', '.join(self._key)}) DO NOTHING",
            [_values(names, row, id=base + n, received_at=batch.received_ms) for n, row in rows],
        )
        kept = Kept(accepted=cursor.rowcount)
        if kept.accepted < len(rows):
            span = f"SELECT id FROM {table} WHERE id BETWEEN {mark} AND {mark}"  # noqa: S608
            cursor.execute(span, (base, base + BATCH_ROWS - 1))
            new = {number - base for (number,) in cursor}
            self._compare(cursor, mark, [pair for pair in rows if pair[0] not in new], kept)
        cursor.close()
        return kept

    @property
    def _key(self) -> tuple[str, ...]:
        return (*self.identity, "revision")

    def _compare(self, cursor: Any, mark: str, rows: list[tuple[int, Row]], kept: Kept) -> None:
        """Of tellings that are stored already: which say the same, which do not."""
        ours = {"id", "received_at", *self._key}
        said = [c.name for c in self.table.columns if c.name not in ours]
        stored = dict(self._stored(cursor, mark, [row for _, row in rows], said))
        for n, row in rows:
            stays = stored[_values(self._key, row)]
            differs = [(name, x) for name, x in zip(said, stays, strict=True) if row[name] != x]
            if not differs:
                kept.duplicates += 1
                continue
            name, value = differs[0]
            detail = f"{name}: {shown(row[name])}, but {shown(value)} is stored; the first stays"
            kept.faults.append((n, Fault(Reason.CONFLICT, detail)))

    def _stored(
        self, cursor: Any, mark: str, rows: list[Row], said: list[str]
    ) -> Iterator[tuple[tuple[Any, ...], tuple[Any, ...]]]:
        key, columns = ", ".join(self._key), ", ".join([*self._key, *said])
        one = f"({', '.join([mark] * len(self._key))})"
        for start in range(0, len(rows), _PIECE):
            some = rows[start : start + _PIECE]
            cursor.execute(
                f"SELECT {columns} FROM {self.table.name}"  # noqa: S608
                f" WHERE ({key}) IN (VALUES {', '.join([one] * len(some))})",
                [part for row in some for part in _values(self._key, row)],
            )
            for found in cursor.fetchall():
                yield tuple(found[: len(self._key)]), tuple(found[len(self._key) :])


def _values(names: Sequence[str], row: Row, **more: int) -> tuple[Any, ...]:
    told = {**row, **more}
    return tuple([told[name] for name in names])
