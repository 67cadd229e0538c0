"""Readings: values of a sign at a place and instant, kept in one table a local day.

A reading is identified by (sign, place, instant, source, point). Told again it is a duplicate; told
with a higher revision it supersedes; told otherwise it is a conflict, and the first stays.
"""

from typing import Any

from sqlalchemy import Connection

from data_access.intake import provisional, remembered, revisions
from data_access.intake.kind import Batch, Kept, Kind
from data_access.intake.reading_writes import Stored, insert_rows
from data_access.intake.readings import READING_KIND
from data_access.series import archives
from data_access.store import engine_state
from domain.catalogue import Catalogue
from domain.clock import DAY_MS, to_rfc3339
from domain.declared import Sentinels
from domain.facts.fact import Fault, Parcel, Reason, Window
from domain.facts.reading import Checked, Reading
from domain.facts.reading_check import Validator

_VALIDATORS: dict[int, tuple[Catalogue, Validator]] = {}  # by identity; a process has one or two


class ReadingKind(Kind[Reading]):
    """The readings of vital signs."""

    name = READING_KIND
    plural = "readings"
    struct = Reading

    def check(
        self,
        catalogue: Catalogue,
        parcel: Parcel[Reading],
        source: str,
        limits: Window,
        sentinels: Sentinels,
    ) -> Checked:
        """See `Validator`."""
        return _validator(catalogue).check(parcel, source, limits, sentinels)

    def keep(self, conn: Connection, batch: Batch, parcel: Parcel[Reading], checked: Any) -> Kept:
        """Sift out what was said on days that are folded up; insert the rest by local day."""
        source = batch.source
        known = remembered.sift(conn, source, checked)
        stored = Stored()
        if checked.rows:
            stored = insert_rows(conn, batch.id, source, checked)
            revisions.settle(conn, source, checked, batch.id, stored, batch.received_ms)
            provisional.note(conn, source, checked, batch.id, stored)
        facts = parcel.facts
        faults = [
            (n, _conflict(facts[n], stays)) for n, stays in (*known.conflicts, *stored.conflicts)
        ]
        limit = engine_state.get(conn, "raw_from") if known.refused else 0
        faults += [(n, _forgotten(facts[n], limit)) for n in known.refused]
        return Kept(stored.accepted, stored.duplicates + known.duplicates, faults, stored.days)

    def remember(self, conn: Connection, batch: Batch, checked: Any, kept: Kept) -> None:
        """Sources of the demonstration and of replays are not asked: they repeat themselves."""
        by_file = batch.via != "api"
        remembered.note_days(conn, batch.source, kept.days, by_file=by_file)
        if by_file:
            past = [day for day in kept.days if (day + 2) * DAY_MS < batch.received_ms]
            brought = {(row[2], day) for day in past for row in checked.rows[day]}
            archives.note_blocks(conn, brought, batch.zone, batch.received_ms)


READING = KIND = ReadingKind()


def _validator(catalogue: Catalogue) -> Validator:
    """The process's validator for a catalogue; it remembers what it has understood."""
    found = _VALIDATORS.get(id(catalogue))
    if found is None or found[0] is not catalogue:
        found = _VALIDATORS[id(catalogue)] = (catalogue, Validator(catalogue))
    return found[1]


def _conflict(reading: Reading, stays: float) -> Fault:
    return Fault(
        Reason.CONFLICT,
        f"value: {reading.value!r} for {reading.sign} at {reading.observed_at}, but {stays!r} "
        "(or another weight or denominator) is stored; the first stays",
    )


def _forgotten(reading: Reading, limit_ms: int) -> Fault:
    told = f"observed_at: {reading.observed_at} is before {to_rfc3339(limit_ms)}"
    return Fault(Reason.TOO_FAR_BEHIND, told)
