"""The demonstration's process: fills the past once, then reports what falls due, for ever."""

import json
import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from data_access.catalogue.loader import load_catalogue
from data_access.settings import Settings
from data_access.store.db import open_database
from domain.catalogue import Catalogue
from domain.clock import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, Clock, to_ms, utc_now
from engine.demo.archive import Archive
from engine.demo.backlog import Helping, helpings, newest, readings_of
from engine.demo.behaviour_files import load_behaviour
from engine.demo.bootstrap import FILE as KEYS_FILE
from engine.demo.city import SimulatedCity, city_readings
from engine.demo.feed import Feed
from engine.demo.real import real_files, real_input

log = logging.getLogger("yiping.demo")

STATE_FILE = "demo-feed.json"
TICK_S = 0.5
GAP_MS = 3 * MINUTE_MS  # a longer pause is made up for newest first
SAVE_EVERY_MS = 20 * SECOND_MS
REPORT_EVERY_MS = 10 * MINUTE_MS


Pause = Callable[[float], None]


class Stopped(BaseException):
    """SIGTERM or the stop event: not an error, and not to be caught by `except Exception`."""


class Demonstration:
    """One city being fed; `step` does what is due now."""

    def __init__(
        self, city: SimulatedCity, feed: Feed, archive: Archive, settings: Settings, clock: Clock
    ) -> None:
        self.city = city
        self.feed = feed
        self._archive = archive
        self._clock = clock
        self._settings = settings
        self._state = settings.data_dir / STATE_FILE
        self._todo: list[Helping] = []
        self._planned = 0
        self._filled = False
        self._until = 0
        self._saved = self._told = to_ms(clock())

    def start(self) -> None:
        """Send the newest of everything and plan what is missing of the past."""
        now = self._now()
        self.feed.send(list(newest(self.city, now)))
        signs = sum(len(group.signs) for group in self.city.groups)
        log.info("the newest values of %d signs are sent", signs)
        oldest = now - round(self._settings.demo_days * DAY_MS)
        self._plan(max(oldest, _fed_until(self._state, self._identity())), now)

    def step(self) -> bool:
        """Send what fell due since the last step and one helping of the past; False when idle."""
        now = self._now()
        if now - self._until > GAP_MS:
            self._plan(self._until, now)
        elif now > self._until:
            self.feed.send(list(city_readings(self.city, self._until, now)))
            self._until = now
        if self._todo:
            helping = self._todo[0]
            over_http = helping.from_ms > now - self._settings.retain_raw_days * DAY_MS + HOUR_MS
            way = self.feed if over_http else self._archive
            way.send(list(readings_of(self.city, helping)))
            self._todo.pop(0)
            self._progress()
        self._save(now)
        self._report(now)
        return bool(self._todo)

    def _now(self) -> int:
        return to_ms(self._clock())

    def _identity(self) -> dict[str, object]:
        return {"city": self.city.catalogue.city, "seed": self._settings.demo_seed}

    def _plan(self, from_ms: int, now: int) -> None:
        self._todo = [*helpings(from_ms, now), *self._todo]
        self._planned = len(self._todo)
        self._until = now
        hours = (now - from_ms) / (60 * MINUTE_MS)
        log.info("filling %.1f h of the past in %d helpings, newest first", hours, self._planned)

    def _progress(self) -> None:
        done, tally = self._planned - len(self._todo), self.feed.tally
        if not self._todo or done % 5 == 0:
            log.info("the past: %d of %d helpings, %s", done, self._planned, tally)

    def _save(self, now: int) -> None:
        """Note up to when the past is complete: a restart fills only what it missed."""
        filled = not self._todo
        if filled != self._filled or (filled and now - self._saved >= SAVE_EVERY_MS):
            _write(self._state, {**self._identity(), "fed_until": self._until if filled else 0})
            self._filled, self._saved = filled, now

    def _report(self, now: int) -> None:
        if now - self._told >= REPORT_EVERY_MS:
            log.info("fed so far: %s", self.feed.tally)
            self._told = now


def run(settings: Settings, clock: Clock = utc_now, stop: threading.Event | None = None) -> None:
    """Feed the demonstration city until SIGTERM (or `stop`); never ends of itself.

    CatalogueError when the city's behaviour files are wrong.
    """
    ended = stop or threading.Event()

    def pause(seconds: float) -> None:
        if ended.wait(seconds):
            raise Stopped

    with _stop_on_signals():
        try:
            _run(settings, clock, pause)
        except Stopped:
            log.info("stopped")


def _run(settings: Settings, clock: Clock, pause: Pause) -> None:
    catalogue = load_catalogue(settings.city)
    city = build_city(settings, catalogue)
    feed = Feed(
        host=_address(settings.host),
        port=settings.port,
        keys_file=settings.data_dir / KEYS_FILE,
        pause=pause,
        host_header=settings.trusted_hosts.split(",")[0].strip() or None,
    )
    db = open_database(settings)
    archive = Archive(db, catalogue, clock, pause)
    demonstration = Demonstration(city, feed, archive, settings, clock)
    try:
        demonstration.start()
        while True:
            if not demonstration.step():
                pause(TICK_S)
            else:
                pause(0)
    finally:
        feed.close()
        db.close()


def build_city(settings: Settings, catalogue: Catalogue) -> SimulatedCity:
    """The city as the settings want it, with real series in place of what they measure."""
    behaviour = load_behaviour(catalogue)
    if behaviour.missing:
        log.warning("demo.csv has no row for %s: not simulated", ", ".join(behaviour.missing))
    files = real_files(settings, catalogue, behaviour)
    without, weather = real_input(files, catalogue, behaviour)
    return SimulatedCity(catalogue, behaviour, settings.demo_seed, without, weather)


def _address(host: str) -> str:
    return "127.0.0.1" if host in ("", "0.0.0.0", "::", "localhost") else host  # noqa: S104


def _fed_until(path: Path, identity: dict[str, object]) -> int:
    try:
        kept = json.loads(path.read_text())
        same = all(kept.get(k) == v for k, v in identity.items())
        return int(kept["fed_until"]) if same else 0
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return 0


def _write(path: Path, state: dict[str, object]) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(state) + "\n")
    fresh.replace(path)


@contextmanager
def _stop_on_signals() -> Iterator[None]:
    """SIGTERM and SIGINT end the process wherever it is, also inside a request."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(_number: int, _frame: FrameType | None) -> None:
        raise Stopped

    numbers = (signal.SIGTERM, signal.SIGINT)
    before = [signal.signal(number, end) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
