"""`python app.py replay FILE --as MAPPING --speed N`: an old file on today's clock.

The last two days come at once, then each row at its time, from a source of kind "replay". See
`domain.replay` for which row belongs to which instant. The rows of one loop (at most a year) are
held in memory.
"""

import argparse
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from data_access.catalogue.loader import load_catalogue
from data_access.intake.door import Busy
from data_access.intake.registry import KINDS
from data_access.intake.sources import RetiredSource
from data_access.loads.ingest import FAULT, WRONG, register
from data_access.loads.load_report import nothing_read, report, told
from data_access.loads.loading import mapper_of
from data_access.loads.parcels import Feeder, Stopped
from data_access.loads.replay_series import HISTORY_H, Plan, Series
from data_access.mappings.mapping import MappingError, load_mapping, mapping_names
from data_access.mappings.mapping_rows import RowMapper
from data_access.mappings.tabular import FileFault
from data_access.settings import Settings, load_settings
from data_access.store.db import Database, migrate, open_database
from data_access.store.stopping import stopping
from domain.catalogue import Catalogue
from domain.clock import HOUR_MS, Clock, to_ms, to_rfc3339, utc_now
from domain.facts.fact import instant_ms

_TICK_S = 1.0


class Replayer:
    """One file on today's clock. `send_due` says everything that has become due."""

    def __init__(
        self,
        db: Database,
        catalogue: Catalogue,
        plan: Plan,
        clock: Clock,
        stop: threading.Event | None = None,
    ) -> None:
        """Reads the file; FileFault when it cannot be read or nothing in it can be placed."""
        now = to_ms(clock())
        register(db, catalogue, plan.mapping, "replay", plan.source, clock)
        series = Series(plan, catalogue.zone.grid_ms, now)
        self.loop, self.skipped = series.loop, series.skipped
        self._places, self._lines, self._repeats = series.entries()
        kind = KINDS[plan.mapping.kind]
        self._all = mapper_of(plan.mapping, kind, plan.source)
        again = [spec for spec in plan.mapping.readings if spec.replay_every_s is not None]
        self._again = {
            every: RowMapper(
                plan.mapping, plan.source, [s for s in again if s.replay_every_s == every]
            )
            for every in {spec.replay_every_s for spec in again}
        }
        self._done = now - round(plan.history_h * HOUR_MS)
        self.feeder = Feeder(
            kind,
            db,
            catalogue,
            clock,
            "replay",
            speaker=plan.source,
            known=frozenset(),
            describe=series.describe,
            stop=stop or threading.Event(),
        )

    @property
    def missing(self) -> int:
        """Cells without a value met so far."""
        return self._all.missing

    def send_due(self, until_ms: int) -> None:
        """Commit what is due until then and was not said yet. Busy, Stopped as in `Feeder`."""
        try:
            for index, at in self.loop.due(self._places, self._done, until_ms):
                every = self._repeats[index]
                mapper = self._all if every is None else self._again[every]
                line = self._lines[index]
                self.feeder.add(line, *mapper(line, to_rfc3339(at)))
            self.feeder.flush()
        except (Busy, RetiredSource):
            self.feeder.forget()  # it is said again from where the last success left it
            raise
        self._done = max(self._done, until_ms)


def main(argv: Sequence[str], settings: Settings | None = None, clock: Clock = utc_now) -> int:
    """Replay a file until SIGTERM (then 0) or `--once-until`. 1: no file; 2: wrong mapping."""
    settings = settings or load_settings()
    catalogue = load_catalogue(settings.city)
    args = _arguments(argv, settings.city)
    try:
        mapping = load_mapping(catalogue, args.mapping)
    except MappingError as error:
        return nothing_read(str(error), WRONG)
    if mapping.counts:
        return nothing_read(f"mapping {mapping.name}: counts have no replay; ingest them", WRONG)
    plan = Plan(args.file, mapping, args.speed, args.year, args.start, args.hours)
    migrate(settings)
    db = open_database(settings)
    try:
        with stopping() as stop:
            return _run(db, catalogue, plan, clock, stop.event, args.once_until)
    finally:
        db.close()


def _run(
    db: Database,
    catalogue: Catalogue,
    plan: Plan,
    clock: Clock,
    stop: threading.Event,
    once_until_ms: int | None,
) -> int:
    try:
        replayer = Replayer(db, catalogue, plan, clock, stop)
    except FileFault as error:
        return nothing_read(str(error), FAULT)
    if replayer.skipped:
        told(f"{replayer.skipped} rows have no readable instant and are left out", 0)
    with suppress(Stopped):
        while True:
            now = to_ms(clock())
            # the log says so; a replay outlives its store, and waits until its source is restored
            with suppress(Busy, RetiredSource):
                replayer.send_due(now if once_until_ms is None else min(now, once_until_ms))
            if (once_until_ms is not None and now >= once_until_ms) or stop.wait(_TICK_S):
                break
    report(replayer.feeder.tally, replayer.missing)
    return 0


def _arguments(argv: Sequence[str], city: str) -> argparse.Namespace:
    known = ", ".join(mapping_names(city)) or "none"
    parser = argparse.ArgumentParser(prog="app.py replay", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument(
        "--as", dest="mapping", required=True, metavar="MAPPING", help=f"a mapping ({known})"
    )
    parser.add_argument("--speed", type=_speed, default=1.0, help="1 = as it was (default)")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--year", type=int, help="the year to replay; default: the last whole one")
    which.add_argument(
        "--start", type=_instant, help="RFC 3339: this instant of the file is now, no calendar"
    )
    parser.add_argument(
        "--hours", type=float, default=HISTORY_H, help="of the past, said at once (default 48)"
    )
    parser.add_argument("--once-until", type=_instant, help="RFC 3339: end when this has passed")
    return parser.parse_args(argv)


def _speed(text: str) -> float:
    speed = float(text)
    if not 0 < speed <= 100_000:
        raise argparse.ArgumentTypeError("above 0 and at most 100000")
    return speed


def _instant(text: str) -> int:
    try:
        return instant_ms(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
