"""The engine's turn while a register of events is loaded beside 5,000 readings a second."""

import multiprocessing
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout, suppress
from itertools import cycle, islice, pairwise
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from bench import rows
from bench.report import SEED, Figure, ms, percentile
from data_access.catalogue.loader import load_catalogue
from data_access.intake import door as intake
from data_access.intake.kinds.reading import READING
from data_access.intake.sources import ensure_source
from data_access.loads import ingest
from data_access.settings import Settings
from data_access.store.db import migrate, open_database
from data_access.store.tables import batches
from domain.catalogue import Catalogue
from domain.clock import MINUTE_MS, to_ms, to_rfc3339, utc_now
from domain.facts.reading import Reading
from domain.indicator import Rule
from engine.loop import Engine
from engine.process import POLL_S
from engine.retention import Retention
from engine.voice import Voice

RATE, BATCH = 5_000, 500
EVENTS = 8_000  # one point each, twenty minutes apart
BEFORE_S, AFTER_S = 8.0, 12.0  # of load before the file comes and after the engine has had it
PROMISE_S = 0.2
LIVE, EVENT = "bench-live", "bench-events"


def run() -> list[Figure]:
    """Measure; about a minute."""
    print(f"seed {SEED}", flush=True)
    catalogue = load_catalogue("pudong")
    with tempfile.TemporaryDirectory(prefix="yiping-bench-") as folder:
        rounds, spoken, took = _measured(catalogue, Path(folder) / "steps")
        whole = _in_one_go(catalogue, Path(folder) / "whole")
    p99 = percentile(rounds, 0.99)
    silence = max(later - at for at, later in pairwise(spoken))
    return [
        Figure(
            f"a round of the engine's loop, {EVENTS:,} one-point events beside {RATE:,} readings/s",
            f"p50 {ms(percentile(rounds, 0.5))}, p99 {ms(p99)}, max {ms(max(rounds))}",
            f"p99 ≤ {ms(PROMISE_S)}",
            p99 <= PROMISE_S,
            f"the same events in one turn without steps: {ms(whole)}",
            whole / p99,
            f"{len(rounds):,} rounds of taking in, rolling up, publishing and retention; the file"
            f" was judged {took:.1f} s after its command began, and the longest time between two"
            f" looks of the publisher was {ms(silence)}",
        )
    ]


def _measured(catalogue: Catalogue, data: Path) -> tuple[list[float], list[float], float]:
    """Seconds of each round, instants of the publisher's looks, seconds until all was judged."""
    settings = Settings(YIPING_DATA=data, demo=False)
    migrate(settings)
    db = open_database(settings, durable=False)
    engine = Engine(db, catalogue, to_ms(utc_now()))
    voice = Voice(settings, utc_now, db, lambda: engine.city, lambda: True)
    retention = Retention(db, settings, catalogue)
    feed = _Feed(data)
    rounds: list[float] = []
    spoken: list[float] = []
    ended = 0.0
    while not ended or time.monotonic() - ended < AFTER_S:
        at = time.monotonic()
        taken = engine.turn()
        engine.roll(to_ms(utc_now()))
        voice.speak()
        spoken.append(time.monotonic())
        retention.step(to_ms(utc_now()), engine.cursor)
        rounds.append(time.monotonic() - at)
        if not ended and 0 < feed.stored.value <= engine.cursor:
            ended = time.monotonic()
        if not engine.busy and not taken:
            time.sleep(POLL_S)
    took = ended - feed.began.value
    feed.end()
    db.close()
    return rounds, spoken, took


class _Feed:
    """A process of its own that sends readings all the time, and once the file."""

    def __init__(self, data: Path) -> None:
        context = multiprocessing.get_context("spawn")
        self.began = context.Value("d", 0.0)  # when the file's command began, monotonic
        self.stored = context.Value("q", 0)  # the last batch of the file; 0: not yet stored
        self._stop = context.Event()
        marks = (self.began, self.stored, self._stop)
        self._process = context.Process(target=_send, args=(str(data), *marks), daemon=True)
        self._process.start()

    def end(self) -> None:
        """Stop sending; RuntimeError when it had come to its end by itself."""
        ended = self._process.exitcode
        self._stop.set()
        self._process.join()
        if ended is not None:
            raise RuntimeError(f"the feeder ended with {ended}")


def _send(data: str, began: Any, stored: Any, stop: Any) -> None:
    """RATE readings a second over intake's own function; the file after BEFORE_S."""
    settings = Settings(YIPING_DATA=Path(data), demo=False)
    catalogue, db = load_catalogue("pudong"), open_database(settings)
    ensure_source(db, catalogue, LIVE, to_ms(utc_now()))
    path = _register(Path(data), catalogue)
    loader = threading.Timer(BEFORE_S, _load, (settings, path, began, stored))
    loader.start()
    devices = cycle(_devices(catalogue))
    start, sent = time.monotonic(), 0
    while not stop.is_set():
        now = to_rfc3339(to_ms(utc_now())) or ""
        batch = [
            Reading(LIVE, sign, now, value, street, weight, below, point)
            for sign, street, value, weight, below, point in islice(devices, BATCH)
        ]
        with suppress(intake.Busy):
            intake.accept(READING, db, catalogue, LIVE, batch, to_ms(utc_now()), "api")
        sent += BATCH
        stop.wait(max(0.0, sent / RATE - (time.monotonic() - start)))
    loader.join()


def _devices(catalogue: Catalogue) -> Iterator[tuple[Any, ...]]:
    drawn = rows.values(catalogue)
    for n, (sign, street, point) in enumerate(rows.cells(catalogue)):
        weight, below = (float(mass) if mass else None for mass in rows.masses(sign))
        yield sign.code, street, float(drawn[sign.code][n % rows.VALUES]), weight, below, point


def _register(folder: Path, catalogue: Catalogue) -> Path:
    """A file of single events of one place, as a register of requests has them."""
    sign = next(
        s
        for s in catalogue.signs
        if s.at_street and s.rule is Rule.SUM and s.slot_ms >= 15 * MINUTE_MS
    )
    now, street = to_ms(utc_now()), catalogue.counted[0].code
    path = folder / "events.csv"
    rows.write_csv(
        path,
        (
            f"{EVENT},{sign.code},{street},{to_rfc3339(now - n * 20 * MINUTE_MS)},1,,,case {n}\n"
            for n in range(EVENTS, 0, -1)
        ),
    )
    return path


def _load(settings: Settings, path: Path, began: Any = None, stored: Any = None) -> None:
    db, catalogue = open_database(settings), load_catalogue(settings.city)
    ensure_source(db, catalogue, EVENT, to_ms(utc_now()))
    if began is not None:
        began.value = time.monotonic()
    with open(os.devnull, "w") as nowhere, redirect_stderr(nowhere), redirect_stdout(nowhere):
        assert ingest.main([str(path), "--as", "readings"], settings) == 0
    with db.read() as conn:
        last = select(func.max(batches.c.id)).where(batches.c.source == EVENT)
        newest = int(conn.execute(last).scalar() or 0)
    if stored is not None:
        stored.value = newest


def _in_one_go(catalogue: Catalogue, data: Path) -> float:
    """Seconds of a turn that takes in the same file without steps."""
    settings = Settings(YIPING_DATA=data, demo=False)
    migrate(settings)
    db = open_database(settings, durable=False)
    _load(settings, _register(data, catalogue))
    engine = Engine(db, catalogue, to_ms(utc_now()))
    at = time.monotonic()
    engine.turn(None)
    took = time.monotonic() - at
    db.close()
    return took
