"""The engine's process: everybody's turn, again and again, until it is told to stop."""

import gc
import logging
import threading
from collections.abc import Callable
from contextlib import suppress

from data_access.catalogue.loader import load_catalogue
from data_access.settings import Settings
from data_access.store.condition import log_failure
from data_access.store.db import Database, migrate, migrate_present, open_database
from data_access.store.engine_lock import engine_lock
from data_access.store.stopping import stopping
from domain.catalogue import Catalogue
from domain.clock import Clock, to_ms, utc_now
from engine.agreement import Watch
from engine.loop import MAX_ROWS, TURN_S, Engine, Outdated
from engine.retention import Retention
from engine.steps import advance
from engine.voice import LockLost, Voice

log = logging.getLogger("yiping.engine")

POLL_S = 0.1
RETRY_S = 1.0


def run(settings: Settings, clock: Clock = utc_now) -> None:
    """Run until SIGTERM. Only one engine runs on a store; a second one waits its turn."""
    migrate(settings)
    catalogue = load_catalogue(settings.city)
    db = open_database(settings, durable=False)
    with stopping() as stop, engine_lock(db, settings, stop.event) as mine:
        if mine():
            _loop(settings, clock, db, catalogue, stop.event, mine)
    db.close()


def _loop(
    settings: Settings,
    clock: Clock,
    db: Database,
    catalogue: Catalogue,
    stop: threading.Event,
    mine: Callable[[], bool],
) -> None:
    now = to_ms(clock())
    engine = Engine(db, catalogue, now)
    voice = Voice(settings, clock, db, lambda: engine.city, mine)
    # what the windows hold lives long and has no cycles: looking for them again and again costs
    # a fifth of the loop
    gc.set_threshold(100_000, 50, 100)
    gc.freeze()
    log.info("engine ready: %s, at batch %d", catalogue.name.en, engine.cursor)
    try:
        _go_round(
            engine, voice, Retention(db, settings, catalogue), Watch(db), settings, clock, stop
        )
    except LockLost:
        log.error("the engine's lock is lost; ending, to be started again")
        return
    with suppress(Outdated):
        engine.roll(to_ms(clock()), force=True)


def _go_round(
    engine: Engine,
    voice: Voice,
    retention: Retention,
    watch: Watch,
    settings: Settings,
    clock: Clock,
    stop: threading.Event,
) -> None:
    """Everybody's turn, again and again, until `stop`."""
    while not stop.is_set():
        try:
            taken = engine.turn()
            now = to_ms(clock())
            engine.roll(now)
            voice.speak()
            if engine.settled:
                watch.step(engine.city, now)
            retention.step(to_ms(clock()), engine.cursor)
        except LockLost:
            raise
        except Outdated as news:
            log.info("%s; starting again from it", news)
            _recover(engine, settings, clock, stop, voice.speak)
            continue
        except Exception as error:  # the store is the truth: start again from there
            what = "engine turn failed; starting again from the store"
            log_failure(log, what, engine.db.name, error)
            _recover(engine, settings, clock, stop, voice.speak)
            continue
        if taken < MAX_ROWS // 2 and not engine.busy:
            stop.wait(POLL_S)


def _recover(
    engine: Engine,
    settings: Settings,
    clock: Clock,
    stop: threading.Event,
    speak: Callable[[], None] | None = None,
) -> None:
    """Take everything from the store again, however long that is away.

    Going on before would skip what was taken in and not written. Meanwhile `speak` is called
    between the steps. The store may be another one than before, out of a backup.
    """
    told = ""
    while not stop.wait(RETRY_S):
        try:
            migrate_present(settings)
            steps = engine.reloading(to_ms(clock()))
            while not stop.is_set() and not advance(steps, TURN_S):
                if speak is not None:
                    speak()
        except LockLost:
            raise
        except Exception as fault:
            if str(fault) != told:
                what = "the store cannot be read; trying every second"
                log_failure(log, what, engine.db.name, fault)
                told = str(fault)
        else:
            if told:
                log.warning("the store can be read again")
            return
