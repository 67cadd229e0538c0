"""`python app.py ingest FILE --as MAPPING`: a file into the store, through its mapping."""

import argparse
import gc
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from tqdm import tqdm

from data_access.cache import uncached
from data_access.catalogue.loader import load_catalogue
from data_access.db import Database, migrate, open_database
from data_access.demo_sources import demo_codes
from data_access.intake import Busy
from data_access.mapping import Mapping, MappingError, load_mapping, mapping_names
from data_access.mapping_columns import ColumnMapper
from data_access.mapping_rows import RowMapper
from data_access.parcels import Feeder, Stopped, Tally
from data_access.settings import Settings, load_settings
from data_access.sources import (
    Kind,
    RetiredSource,
    create_source,
    ensure_sources,
    is_retired,
    source_codes,
)
from data_access.tabular import FileFault, Table
from domain.catalogue import Catalogue
from domain.clock import Clock, to_ms, utc_now

FAULT = 1  # the file cannot be read, or the store stays busy
WRONG = 2  # arguments or mapping are wrong: nothing was read


def main(argv: Sequence[str], settings: Settings | None = None, clock: Clock = utc_now) -> int:
    """Load a file. 0 when it was read to its end, whatever became of its readings.

    1 when it cannot be read (on), 2 for a wrong mapping, 128 + signal when stopped in between.
    """
    settings = settings or load_settings()
    catalogue = load_catalogue(settings.city)
    args = _arguments(argv, settings.city)
    try:
        mapping = load_mapping(catalogue, args.mapping)
    except MappingError as error:
        return told(str(error), WRONG)
    migrate(settings)
    db = open_database(settings)
    try:
        with stopping() as stop:
            return _load(db, catalogue, mapping, args.file, clock, stop)
    finally:
        db.close()


def _arguments(argv: Sequence[str], city: str) -> argparse.Namespace:
    known = ", ".join(mapping_names(city)) or "none"
    parser = argparse.ArgumentParser(prog="app.py ingest", description=__doc__)
    parser.add_argument("file", type=Path, help="CSV, CSV.gz, JSONL or XLSX")
    parser.add_argument(
        "--as",
        dest="mapping",
        required=True,
        metavar="MAPPING",
        help=f"a mapping of this city ({known}) or a .toml file",
    )
    return parser.parse_args(argv)


def _load(
    db: Database, catalogue: Catalogue, mapping: Mapping, path: Path, clock: Clock, stop: "Stop"
) -> int:
    held = demo_codes(db)
    if mapping.source.code in held:
        return told(
            f"source: {mapping.source.code} is held by the demonstration;"
            " key add NAME --ingest --source takes it over",
            WRONG,
        )
    if is_retired(db, mapping.source.code):
        return told(f"source: {mapping.source.code} is retired; nothing was read", WRONG)
    try:
        table = Table(path, mapping)
    except FileFault as error:
        return told(str(error), FAULT)
    register(db, catalogue, mapping, "live", mapping.source.code, clock)
    feeder = Feeder(
        db,
        catalogue,
        clock,
        "file",
        speaker=mapping.source.code,
        known=source_codes(db) - held,
        describe=table.describe,
        stop=stop.event,
    )
    mapper = RowMapper(mapping)
    code, reason = 0, ""
    try:
        with few_collections():
            _read(table, ColumnMapper(mapping), mapper, feeder)
    except Stopped:
        code, reason = 128 + stop.signal, "stopped; run it again for the rest"
    except (FileFault, Busy, RetiredSource) as error:
        code, reason = FAULT, str(error)
    finally:
        table.close()
    report(feeder.tally, mapper.missing)
    return told(reason, code) if reason else code


def _read(table: Table, columns: ColumnMapper, mapper: RowMapper, feeder: Feeder) -> None:
    with tqdm(total=table.size, unit="B", unit_scale=True, desc=table.path.name) as bar:
        try:
            for lines in table.stretches():
                readings = columns(lines)
                if readings is not None:
                    feeder.add_plain(lines, readings)
                else:
                    for line in lines:
                        feeder.add(line, *mapper(line))
                bar.update(table.position - bar.n)
        finally:  # what was read before the file broke is as good as the rest
            feeder.flush()
            bar.update(table.position - bar.n)


@contextmanager
def few_collections() -> Iterator[None]:
    """Look for cycles of garbage seldom: rows make none, and looking costs a third of the work."""
    before = gc.get_threshold()
    gc.set_threshold(200_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)


@uncached("a write")
def register(
    db: Database, catalogue: Catalogue, mapping: Mapping, kind: Kind, code: str, clock: Clock
) -> None:
    """Enter the catalogue's sources and the mapping's own, so that readings have a sender."""
    now = to_ms(clock())
    ensure_sources(db, catalogue, now)
    source = mapping.source
    create_source(
        db,
        code,
        kind,
        now,
        name_zh=source.name_zh,
        name_en=source.name_en,
        department=source.department,
        cadence_s=source.cadence_s,
        expected=False,  # of a file nobody knows that another will follow
    )


def report(tally: Tally, missing: int) -> None:
    """Print what became of everything: reasons with an example each, then the closing line."""
    for reason, count in tally.reasons.most_common():
        print(f"  {reason}: {count}, the first: {tally.examples[reason]}")
    print(tally.closing(missing))


def told(reason: str, code: int) -> int:
    """Say why on stderr; the exit code."""
    print(reason, file=sys.stderr)
    return code


class Stop:
    """Set by SIGTERM or SIGINT."""

    def __init__(self) -> None:
        self.event = threading.Event()
        self.signal = 0

    def __call__(self, number: int, _frame: FrameType | None) -> None:
        """The signal handler."""
        self.signal = number
        self.event.set()


@contextmanager
def stopping() -> Iterator[Stop]:
    """While inside, SIGTERM and SIGINT only set the event: work ends between two commits."""
    stop = Stop()
    old: dict[int, Any] = {}
    if threading.current_thread() is threading.main_thread():
        old = {n: signal.signal(n, stop) for n in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)
