"""`python app.py ingest FILE --as MAPPING`: a file into the store, through its mapping."""

import argparse
import gc
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from data_access.caching.cache import uncached
from data_access.catalogue.loader import load_catalogue
from data_access.demo.demo_sources import demo_codes
from data_access.intake.door import Busy
from data_access.intake.registry import KINDS
from data_access.intake.sources import (
    Kind,
    RetiredSource,
    create_source,
    ensure_sources,
    is_retired,
    source_codes,
)
from data_access.loads.load_report import nothing_read, told
from data_access.loads.loading import CountLoading, Loading, mapper_of
from data_access.loads.parcels import Feeder, Stopped
from data_access.mappings.counting import Counting
from data_access.mappings.mapping import Mapping, MappingError, load_mapping, mapping_names
from data_access.mappings.mapping_columns import ColumnMapper
from data_access.mappings.tabular import FileFault, Table
from data_access.series.archives import told_of
from data_access.settings import Settings, load_settings
from data_access.store.db import Database, migrate, open_database
from data_access.store.stopping import Stop, stopping
from domain.catalogue import Catalogue
from domain.clock import Clock, to_ms, utc_now

log = logging.getLogger("yiping.intake")

FAULT = 1  # the file cannot be read, or the store stays busy
WRONG = 2  # arguments or mapping are wrong: nothing was read


def main(argv: Sequence[str], settings: Settings | None = None, clock: Clock = utc_now) -> int:
    """Load a file. 0 when it was read to its end, whatever became of its readings.

    1 when it cannot be read (on), 2 for a wrong mapping, 128 + signal when stopped in between.
    Whatever happens, the last line accounts for everything that was read.
    """
    settings = settings or load_settings()
    catalogue = load_catalogue(settings.city)
    args = _arguments(argv, settings.city)
    try:
        mapping = load_mapping(catalogue, args.mapping)
    except MappingError as error:
        return nothing_read(str(error), WRONG)
    migrate(settings)
    db = open_database(settings)
    try:
        with stopping() as stop:
            return _load(db, catalogue, mapping, args.file, settings, clock, stop)
    finally:
        db.close()


def _arguments(argv: Sequence[str], city: str) -> argparse.Namespace:
    known = ", ".join(mapping_names(city)) or "none"
    parser = argparse.ArgumentParser(prog="app.py ingest", description=__doc__)
    parser.add_argument("file", type=Path, help="CSV, CSV.gz, JSONL, JSON or XLSX")
    parser.add_argument(
        "--as",
        dest="mapping",
        required=True,
        metavar="MAPPING",
        help=f"a mapping of this city ({known}) or a .toml file",
    )
    return parser.parse_args(argv)


def _load(
    db: Database,
    catalogue: Catalogue,
    mapping: Mapping,
    path: Path,
    settings: Settings,
    clock: Clock,
    stop: Stop,
) -> int:
    began = to_ms(clock())
    held = demo_codes(db)
    if mapping.source.code in held:
        return nothing_read(
            f"source: {mapping.source.code} is held by the demonstration;"
            " key add NAME --ingest --source takes it over",
            WRONG,
        )
    if is_retired(db, mapping.source.code):
        return told(f"source: {mapping.source.code} is retired; nothing was read", WRONG)
    try:
        table = Table(path, mapping)
    except FileFault as error:
        return nothing_read(str(error), FAULT)
    register(db, catalogue, mapping, "live", mapping.source.code, clock)
    kind = KINDS[mapping.kind]
    feeder = Feeder(
        kind,
        db,
        catalogue,
        clock,
        "file",
        speaker=mapping.source.code,
        known=source_codes(db) - held,
        describe=table.describe,
        stop=stop.event,
    )
    work: Loading | CountLoading
    if mapping.counts:
        work = CountLoading(table, Counting(mapping, catalogue, to_ms(clock())), feeder)
    else:
        work = Loading(table, ColumnMapper(mapping), mapper_of(mapping, kind), feeder)
    with few_collections():
        problems = _problems(work, stop)
    table.close()
    if not problems and not feeder.tally.rows:
        table.notes.append(f"{path}: no row below the header")
    for note in (*table.notes, *(reason for _, reason in problems)):
        told(note, 0)
    archive = told_of(db, settings, began, to_ms(clock())) if feeder.tally.accepted else None
    if archive:
        print(f"  {archive}")
    work.report()
    return max((code for code, _ in problems), default=0)


def _problems(work: Loading | CountLoading, stop: Stop) -> list[tuple[int, str]]:
    """Read and commit: exit codes and reasons of what went wrong, none when all is well."""
    found: list[tuple[int, str]] = []
    for step in (work.read, work.finish):
        try:
            step()
        except Stopped:
            found.append((128 + stop.signal, "stopped; run it again for the rest"))
        except (FileFault, Busy, RetiredSource) as error:
            found.append((FAULT, str(error)))
        except Exception as error:  # a load accounts for itself in every case
            log.debug("loading failed", exc_info=True)
            found.append((FAULT, f"the load failed: {type(error).__name__}: {error}"))
    return list(dict.fromkeys(found))


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
        name=source.name,
        department=source.department,
        cadence_s=source.cadence_s,
        expected=False,  # of a file nobody knows that another will follow
    )
