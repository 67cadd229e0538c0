"""Kill -9 of every part in turn under load: nothing acknowledged is lost, nothing counts twice.

`KILL_MINUTES=10 python -m bench killing` goes on for ten minutes. Afterwards the stored readings
are compared with the ledgers of the senders, and everything that the engine made of them with what
an engine makes that nobody has disturbed.
"""

import contextlib
import http.client
import json
import os
import signal
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import select, text

from bench.product import Product, eventually
from bench.report import Figure, percentile
from bench.rows import ledger_signs
from data_access.catalogue.loader import load_catalogue
from data_access.intake import door as intake
from data_access.intake import readings
from data_access.intake.kinds.reading import READING
from data_access.intake.sources import ensure_source
from data_access.settings import Settings
from data_access.store import engine_state
from data_access.store.db import Database, migrate, open_database
from data_access.store.tables import rollup_day, rollup_hour, rollup_minute
from domain.catalogue import Catalogue
from domain.clock import to_ms, to_rfc3339, utc_now
from domain.facts.reading import Reading
from engine.loop import Engine

MINUTES = float(os.environ.get("KILL_MINUTES", "1"))
RATE = 5_000
GATEWAYS = 4
BATCH = 500
EVERY_S = 5.0
PARTS = ("engine", "worker", "valkey", "web")
PATIENCE_S = 60.0


class Gateway(threading.Thread):
    """Sends batches at a steady pace, each until it is acknowledged, and writes down which were."""

    def __init__(self, port: int, source: str, key: str, cells: Sequence[tuple[str, str]]) -> None:
        super().__init__(daemon=True)
        self.source = source
        self.ledger: list[int] = []  # instants that stand for acknowledged batches
        self.gaps: list[float] = []  # seconds between two acknowledgements
        self.strange: list[str] = []
        self._port, self._key, self._cells = port, key, cells
        self._halt = threading.Event()

    def run(self) -> None:
        """Until told to stop; what is on its way is delivered first."""
        pause, due, last = BATCH * GATEWAYS / RATE, time.monotonic(), time.monotonic()
        at = 0
        while not self._halt.is_set() and not self.strange:
            at = max(at + BATCH // len(self._cells) + 1, to_ms(utc_now()))
            body = json.dumps(self.rows(at)).encode()
            while not self._deliver(body) and not self.strange:
                if time.monotonic() - last > PATIENCE_S:
                    self.strange.append(f"no acknowledgement for {PATIENCE_S:g} s")
                time.sleep(0.05)
            self.ledger.append(at)
            self.gaps.append(time.monotonic() - last)
            last = time.monotonic()
            due += pause
            self._halt.wait(max(0.0, due - last))

    def stop(self) -> None:
        """End after the present batch."""
        self._halt.set()
        self.join(PATIENCE_S + 10)

    def rows(self, at: int) -> list[dict[str, Any]]:
        """The batch of an instant: the same again whenever it is asked for."""
        return [
            {
                "source": self.source,
                "sign": self._cells[n % len(self._cells)][0],
                "street": self._cells[n % len(self._cells)][1],
                "observed_at": to_rfc3339(at + n // len(self._cells)),
                "value": float((at + n) % 7),
            }
            for n in range(BATCH)
        ]

    def _deliver(self, body: bytes) -> bool:
        head = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"}
        link = http.client.HTTPConnection("127.0.0.1", self._port, timeout=10)
        try:
            link.request("POST", "/api/v1/readings", body, head)
            answer = link.getresponse()
            said = answer.read()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            link.close()
        if answer.status in (429, 503):
            return False
        told = json.loads(said) if answer.status == 200 else {}
        if told.get("accepted", 0) + told.get("duplicates", 0) != BATCH or told["rejected"]:
            self.strange.append(f"{answer.status} {said[:300]!r}")
        return True


def run() -> list[Figure]:
    """Kill for MINUTES, then compare; the comparison takes about a quarter as long."""
    catalogue = load_catalogue("pudong")
    cells = [(sign, s.code) for s in catalogue.counted for sign in ledger_signs(catalogue)]
    with Product() as product:
        names = [f"ledger-{n}" for n in range(GATEWAYS)]
        keys = {name: product.key(name, "--ingest", "--source", name) for name in names}
        gateways = [Gateway(product.port, name, keys[name], cells) for name in names]
        for gateway in gateways:
            gateway.start()
        deaths = _kill_for(product, MINUTES * 60)
        for gateway in gateways:
            gateway.stop()
        strange = [said for gateway in gateways for said in gateway.strange]
        if strange:
            raise RuntimeError("; ".join(strange))
        with contextlib.closing(product.database()) as db:
            eventually(lambda: _caught_up(db), PATIENCE_S, "the engine behind the last batch")
            eventually(product.is_ready, PATIENCE_S, "/readyz")
        product.stop()
        now_ms = to_ms(utc_now())
        with contextlib.closing(product.database()) as db:
            lost, doubled = _compared(db, gateways)
            _bring_up(db, catalogue, now_ms)
            other = _undisturbed(product.folder, catalogue, gateways, now_ms)
            with contextlib.closing(other):
                differing = _differing(db, other)
    count = sum(len(g.ledger) for g in gateways) * BATCH
    gaps = [gap for g in gateways for gap in g.gaps]
    name = f"kill -9 for {MINUTES:g} min, {count} readings acknowledged, {deaths} deaths"
    value = f"{lost} lost, {doubled} doubled, {differing} roll-ups differ"
    rate = count / (MINUTES * 60)
    note = f"{rate:.0f} readings/s acknowledged; longest silence {max(gaps):.1f} s, p99 " + (
        f"{percentile(gaps, 0.99):.2f} s"
    )
    kept = lost == doubled == differing == 0
    return [Figure(name=name, value=value, promise="0, 0, 0", kept=kept, note=note)]


def _kill_for(product: Product, seconds: float) -> int:
    deadline, deaths = time.monotonic() + seconds, 0
    while time.monotonic() < deadline:
        time.sleep(min(EVERY_S, max(0.0, deadline - time.monotonic())))
        deaths += _kill(product.data_dir, PARTS[deaths % len(PARTS)])
    return deaths


def _kill(data_dir: Path, part: str) -> bool:
    """kill -9 of a part, or of one web worker; False where there is none at this moment."""
    try:
        pids = json.loads((data_dir / "run.json").read_text())
        pid = int(pids["web" if part == "worker" else part])
        if part == "worker":
            pid = int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])
        os.kill(pid, signal.SIGKILL)
    except (OSError, ValueError, KeyError, IndexError):
        return False
    return True


def _caught_up(db: Database) -> bool:
    with db.read() as conn:
        return not readings.batches_behind(conn, engine_state.get(conn, "cursor"))


def _compared(db: Database, gateways: list[Gateway]) -> tuple[int, int]:
    """(acknowledged readings that are not there, stored ones that nobody acknowledged once)."""
    lost = doubled = 0
    for gateway in gateways:
        sent = {
            (r["sign"], r["street"], at + n // len(gateway._cells), r["value"])
            for at in gateway.ledger
            for n, r in enumerate(gateway.rows(at))
        }
        stored: list[tuple[Any, ...]] = []
        with db.read() as conn:
            for day in readings.day_tables(conn):
                query = text(
                    f"SELECT sign, street_code, observed_at, value FROM {readings.day_table(day)}"
                    " WHERE source = :source"
                )
                stored += map(tuple, conn.execute(query, {"source": gateway.source}))
        lost += len(sent - set(stored))
        doubled += len(stored) - len(set(stored)) + len(set(stored) - sent)
    return lost, doubled


def _bring_up(db: Database, catalogue: Catalogue, now_ms: int) -> None:
    """Take in what is there; hours and days as of an instant: what holds has lasted until then."""
    engine = Engine(db, catalogue, now_ms)
    while engine.turn():
        pass
    engine.roll(now_ms, force=True)


def _undisturbed(
    folder: Path, catalogue: Catalogue, gateways: list[Gateway], now_ms: int
) -> Database:
    """A store in which one engine, never killed, has taken in the same readings."""
    settings = Settings(YIPING_DATA=folder / "undisturbed")
    migrate(settings)
    db = open_database(settings, durable=False)
    for gateway in gateways:
        ensure_source(db, catalogue, gateway.source, now_ms)
        for at in gateway.ledger:
            rows = [Reading(**row) for row in gateway.rows(at)]
            intake.accept(READING, db, catalogue, gateway.source, rows, now_ms, "api")
    _bring_up(db, catalogue, now_ms)
    return db


def _differing(one: Database, other: Database) -> int:
    """Rows of the roll-ups that the two stores do not share."""
    found = 0
    for table in (rollup_minute, rollup_hour, rollup_day):
        with one.read() as a, other.read() as b:
            mine, theirs = ({_rounded(r) for r in conn.execute(select(table))} for conn in (a, b))
        found += len(mine ^ theirs)
    return found


def _rounded(row: Any) -> tuple[Any, ...]:
    return tuple(round(cell, 6) if isinstance(cell, float) else cell for cell in row)
