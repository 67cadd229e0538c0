"""Readings by file and over HTTP, taken in, rolled up and judged while the whole product runs."""

import csv
import gc
import os
import tempfile
import time
from contextlib import redirect_stderr, redirect_stdout
from itertools import chain, islice
from pathlib import Path

from sqlalchemy import func, select, text

from bench import rows
from bench.bodies import bodies
from bench.product import Product, eventually
from bench.report import SEED, Figure, ms, percentile
from bench.senders import Sent, send_all, until
from data_access.catalogue.loader import load_catalogue
from data_access.intake import readings
from data_access.loads import ingest
from data_access.settings import Settings
from data_access.store import engine_state
from data_access.store.db import Database, migrate, open_database
from data_access.store.tables import batches
from domain.catalogue import Catalogue
from domain.clock import MINUTE_MS, slot_start, to_ms, utc_now
from engine.loop import Engine

SOURCE = "files"  # of the mapping `readings`
FILE_PROMISE, HTTP_PROMISE, GROWTH_PROMISE = 100_000, 20_000, 0.05
MINUTES = 144  # of the file, every device reports once a minute: 1.5 million readings
BEFORE = 48  # minutes loaded before them
ENGINE_MINUTES = 40
POLL_S = 0.1
ROLLED_S = 60  # days follow every half minute
PEER_ROWS = 150_000
HTTP_S = 15.0
PEER_S = 5.0
PLAIN = (
    *("source TEXT", "sign TEXT", "street TEXT", "observed_at TEXT", "value REAL"),
    *("weight REAL", "denominator REAL", "point TEXT"),
)
BATCH = 1_000
CONNECTIONS = 8


def run() -> list[Figure]:
    """Measure; about a minute and a half."""
    print(f"seed {SEED}", flush=True)
    catalogue = load_catalogue("pudong")
    with Product() as product:
        begin_ms = to_ms(utc_now()) - (BEFORE + MINUTES + 1) * MINUTE_MS
        before, load = product.folder / "before.csv", product.folder / "readings.csv"
        filling = rows.history(catalogue, SOURCE, begin_ms)
        rows.write_csv(before, chain(filling, rows.minutes(catalogue, SOURCE, begin_ms, BEFORE)))
        from_ms = begin_ms + BEFORE * MINUTE_MS
        total = rows.write_csv(load, rows.minutes(catalogue, SOURCE, from_ms, MINUTES))
        peer_rate = _peer_file(load, product.folder / "peer")
        watch = Watch(product)
        # before anything is measured windows and caches are full and all timers have gone round
        _load(watch, before)
        eventually(watch.is_rolled, ROLLED_S, "hours and days rolled up")
        file_figure = _by_file(watch, load, total, peer_rate)
        _check_rolled(watch, catalogue, begin_ms)
        http_figure = _over_http(watch, catalogue)
        memory = [watch.growth("engine"), watch.growth("web")]
        watch.close()
    return [file_figure, http_figure, *memory, _engine_alone(catalogue)]


class Watch:
    """How far the engine has come, and what the services held on the way."""

    def __init__(self, product: Product) -> None:
        self.product = product
        self.held: dict[str, list[tuple[str, int]]] = {"engine": [], "web": []}
        self._db = product.database()

    def taken(self) -> tuple[int, bool]:
        """(readings the engine has taken in, whether these are all that intake has committed)."""
        with self._db.read() as conn:
            cursor = engine_state.get(conn, "cursor")
            mine = select(func.sum(batches.c.accepted)).where(batches.c.id <= cursor)
            return conn.execute(mine).scalar() or 0, not readings.batches_behind(conn, cursor)

    def is_rolled(self) -> bool:
        """Whether hours and days hold everything that was taken in."""
        with self._db.read() as conn:
            return engine_state.get(conn, "rolled") == engine_state.get(conn, "cursor")

    def count(self, table: str) -> int:
        """Rows of a table."""
        with self._db.read() as conn:
            return int(conn.execute(text(f"SELECT COUNT(*) FROM {table}")).scalar_one())

    def note(self, name: str, when: str) -> None:
        """Remember what a service holds now."""
        self.held[name].append((when, self.product.memory(name)))

    def growth(self, name: str) -> Figure:
        """The figure: what a service held first and what it held in the end."""
        (since, first), (_, last) = self.held[name][0], self.held[name][-1]
        grown = last / first - 1
        return Figure(
            f"memory of the {name}, from {since} to the end",
            f"{grown:+.1%} ({first / 1e6:.0f} → {last / 1e6:.0f} MB)",
            f"< {GROWTH_PROMISE:+.0%}",
            grown < GROWTH_PROMISE,
            note="anonymous memory of all its processes; page cache is not counted",
        )

    def close(self) -> None:
        """Let the store go."""
        self._db.close()


def _load(watch: Watch, path: Path, total: int = 0) -> tuple[float, float]:
    """Load a file; seconds until all was stored, and until the engine had judged the last one.

    With `total`, what the engine holds is noted after a third of so many readings.
    """
    began = time.perf_counter()
    first, _ = watch.taken()
    loader = watch.product.command("ingest", str(path), "--as", "readings")
    stored_s = 0.0
    while True:
        taken, all_of_it = watch.taken()
        if total and (taken - first) * 3 >= total and not watch.held["engine"]:
            watch.note("engine", "a third of the file")
        if not stored_s and loader.process.poll() is not None:
            stored_s = time.perf_counter() - began
        elif stored_s and all_of_it:
            break
        time.sleep(POLL_S)
    took = time.perf_counter() - began
    assert "duplicates 0 + quarantined 0" in loader.said(), loader.said()
    return stored_s, took


def _by_file(watch: Watch, path: Path, total: int, peer_rate: float) -> Figure:
    stored_s, took = _load(watch, path, total)
    watch.note("engine", "the end of the file")
    rate = total / took
    return Figure(
        f"by file: {total:,} readings",
        f"{rate:,.0f}/s",
        f"≥ {FILE_PROMISE:,}/s",
        rate >= FILE_PROMISE,
        "DictReader and SQLAlchemy dicts into one indexed table, nothing checked or added up:"
        f" {peer_rate:,.0f}/s",
        rate / peer_rate,
        f"from the start of the command ({stored_s:.1f} s until all were stored) until the engine"
        f" had judged the last one ({took:.1f} s)",
    )


def _check_rolled(watch: Watch, catalogue: Catalogue, begin_ms: int) -> None:
    """Every slot of every street and of the district has its row, no more and no less."""
    slots = 0
    for sign in catalogue.signs:
        width, offset = sign.slot_ms, catalogue.zone.grid_ms
        end_ms = begin_ms + (BEFORE + MINUTES - 1) * MINUTE_MS
        loaded = slot_start(end_ms, width, offset) - slot_start(begin_ms, width, offset)
        places = 1 + sign.at_street * len(catalogue.counted)
        slots += places * (rows.HISTORY + loaded // width + 1)
    assert watch.count("rollup_minute") == slots, (watch.count("rollup_minute"), slots)


def _over_http(watch: Watch, catalogue: Catalogue) -> Figure:
    product = watch.product
    key = product.key("batches", "--ingest", "--source", SOURCE)
    peer_key = product.key("singles", "--ingest", "--source", "singles")
    endless = bodies(catalogue, SOURCE, BATCH)
    send_all(product.port, key, until(HTTP_S / 2, lambda: next(endless)), CONNECTIONS)
    watch.note("web", "a third of the sending")
    began = time.perf_counter()
    sent = send_all(product.port, key, until(HTTP_S, lambda: next(endless)), CONNECTIONS)
    eventually(lambda: watch.taken()[1], 60, "the engine's taking in")
    took = time.perf_counter() - began
    for name in watch.held:
        watch.note(name, "the end")
    single = bodies(catalogue, "singles", 1)
    began = time.perf_counter()
    alone = send_all(product.port, peer_key, until(PEER_S, lambda: next(single)), CONNECTIONS)
    peer_rate = alone.accepted / (time.perf_counter() - began)
    return _http_figure(sent, took, peer_rate)


def _http_figure(sent: Sent, took: float, peer_rate: float) -> Figure:
    rate = sent.accepted / took
    return Figure(
        f"over HTTP in batches of {BATCH:,}: {sent.accepted:,} readings",
        f"{rate:,.0f}/s",
        f"≥ {HTTP_PROMISE:,}/s",
        rate >= HTTP_PROMISE,
        f"the same readings, one request each: {peer_rate:,.0f}/s",
        rate / peer_rate,
        "until the engine had judged the last one; a request took"
        f" {ms(percentile(sent.seconds, 0.5))} (p99 {ms(percentile(sent.seconds, 0.99))}),"
        f" {sent.refused} were told to come again",
    )


def _engine_alone(catalogue: Catalogue) -> Figure:
    """Readings that are stored already, taken in by an engine that has the machine for itself."""
    with tempfile.TemporaryDirectory(prefix="yiping-bench-") as folder:
        settings = Settings(YIPING_DATA=Path(folder), demo=False)
        migrate(settings)
        db = open_database(settings, durable=False)
        path = Path(folder) / "readings.csv"
        begin_ms = to_ms(utc_now()) - (ENGINE_MINUTES + 1) * MINUTE_MS
        total = rows.write_csv(path, rows.minutes(catalogue, SOURCE, begin_ms, ENGINE_MINUTES))
        stored_s = _store(db, settings, path, total)
        engine = Engine(db, catalogue, to_ms(utc_now()))
        gc.collect()
        gc.freeze()  # as the engine's own loop does
        began = time.perf_counter()
        while engine.turn():
            pass
        engine.roll(to_ms(utc_now()), force=True)
        took = time.perf_counter() - began
        gc.unfreeze()
        db.close()
    return Figure(
        f"engine alone: {total:,} stored readings rolled up to days and judged",
        f"{total / took:,.0f}/s",
        "",
        None,
        note=f"storing them from the file without an engine: {total / stored_s:,.0f}/s",
    )


def _store(db: Database, settings: Settings, path: Path, total: int) -> float:
    began = time.perf_counter()
    with open(os.devnull, "w") as nowhere, redirect_stderr(nowhere), redirect_stdout(nowhere):
        assert ingest.main([str(path), "--as", "readings"], settings) == 0
    took = time.perf_counter() - began
    with db.read() as conn:
        assert conn.execute(select(func.sum(batches.c.accepted))).scalar() == total
    return took


def _peer_file(path: Path, target: Path) -> float:
    """Readings/s of what one writes first: rows as dicts, a commit every so many."""
    settings = Settings(YIPING_DATA=target)
    migrate(settings)  # a store that was never made is not opened
    db = open_database(settings)
    with db.write() as conn:
        conn.execute(text(f"CREATE TABLE plain ({', '.join(PLAIN)})"))
        conn.execute(text("CREATE INDEX ix_plain ON plain (sign, street, observed_at)"))
    statement = text(f"INSERT INTO plain VALUES ({', '.join(':' + c.split()[0] for c in PLAIN)})")
    done = 0
    began = time.perf_counter()
    with path.open(newline="") as stream:
        reader = csv.DictReader(stream)
        while done < PEER_ROWS and (some := list(islice(reader, BATCH))):
            with db.write() as conn:
                conn.execute(statement, some)
            done += len(some)
    took = time.perf_counter() - began
    db.close()
    return done / took
