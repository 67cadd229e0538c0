"""What is acknowledged survives: kill -9 of every part in turn while gateways keep a ledger.

YIPING_KILL_ROUNDS makes it longer (one round kills each part once; the default is two).
"""

import os
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from bench.rows import ledger_signs
from data_access.intake import door as intake
from data_access.intake import readings
from data_access.intake.kinds.reading import READING
from data_access.intake.sources import ensure_source
from data_access.settings import Settings
from data_access.store import engine_state
from data_access.store.db import Database, migrate, open_database
from data_access.store.tables import batches, quarantine, sources
from domain.catalogue import Catalogue
from domain.clock import to_ms, utc_now
from domain.facts.reading import Reading
from engine.loop import Engine
from tests.browser.processes import kill
from tests.conditions import eventually
from tests.data.test_engine import contents, drain
from tests.fixtures.product import Stack
from tests.system.gateway import Gateway
from tests.system.people import sign_in_new

ROUNDS = int(os.environ.get("YIPING_KILL_ROUNDS", "2"))
PARTS = ("engine", "web", "valkey", "worker")
RECOVERY_S = 15.0  # on a busy machine; docs/benchmarks.md has the measured figure


def _killed(stack: Stack, part: str) -> bool:
    kill(stack, part)
    return True


def _kill_in_turn(stack: Stack, gateways: list[Gateway]) -> list[float]:
    """Kill part after part, each when acknowledgements flow again; seconds until they did."""
    gaps = []
    for _ in range(ROUNDS):
        for part in PARTS:
            before = [len(g.acknowledged) for g in gateways]
            eventually(partial(_killed, stack, part))
            killed = time.monotonic()

            def flowing(before: list[int] = before, killed: float = killed) -> bool:
                fresh = all(g.last_ack > killed for g in gateways)
                more = all(
                    len(g.acknowledged) >= n + 80 for g, n in zip(gateways, before, strict=True)
                )
                return fresh and more

            eventually(flowing, timeout=RECOVERY_S + 15)
            gaps.append(time.monotonic() - killed)
    return gaps


def _stored(db: Database) -> Counter[tuple[Any, ...]]:
    """Every raw reading of the store, by its key and value."""
    found: Counter[tuple[Any, ...]] = Counter()
    with db.read() as conn:
        for day in readings.day_tables(conn):
            table = readings.day_table(day)
            rows = conn.exec_driver_sql(
                f"SELECT source, sign, street_code, observed_at, value FROM {table}"
            )
            found.update(tuple(row) for row in rows)
    return found


def _sent(rows: list[dict[str, Any]]) -> Counter[tuple[Any, ...]]:
    return Counter(
        (
            r["source"],
            r["sign"],
            r["street"],
            to_ms(datetime.fromisoformat(r["observed_at"])),
            r["value"],
        )
        for r in rows
    )


@pytest.mark.timeout(600)
def test_every_acknowledged_reading_is_there_once(
    new_stack: Callable[..., Stack], catalogue: Catalogue, tmp_path: Path
) -> None:
    stack = new_stack().start()
    signs = ledger_signs(catalogue)
    streets = [s.code for s in catalogue.counted]
    names = ("ledger-a", "ledger-b")
    gateways = [Gateway(stack, n, stack.ingest_key(n), signs, streets) for n in names]
    for gateway in gateways:
        gateway.start()
    try:
        gaps = _kill_in_turn(stack, gateways)
    finally:
        for gateway in gateways:
            gateway.stop()
    print("seconds from kill -9 to flowing again:", [round(g, 1) for g in gaps])
    assert [g.strange for g in gateways] == [[], []]
    assert any(g.refusals for g in gateways)  # the deaths were felt at all
    acknowledged = [row for g in gateways for row in g.acknowledged]
    print(f"{len(acknowledged)} readings acknowledged, {ROUNDS * len(PARTS)} deaths")

    settings = Settings(data_dir=stack.data_dir)
    db = open_database(settings)
    eventually(lambda: _caught_up(db), timeout=RECOVERY_S)
    eventually(lambda: stack.client().get("/readyz").json()["status"] == "ok", RECOVERY_S)

    assert _stored(db) == _sent(acknowledged)
    _counts_agree(db, len(acknowledged))
    _snapshot_agrees(stack, db, catalogue, signs)
    stack.stop()
    now_ms = to_ms(utc_now())
    drain(Engine(db, catalogue, now_ms), now_ms)  # what holds has lasted until now, in both stores
    stored = contents(db)
    db.close()
    _same_as_undisturbed(stored, acknowledged, catalogue, now_ms, tmp_path)


def _caught_up(db: Database) -> bool:
    with db.read() as conn:
        return not readings.batches_behind(conn, engine_state.get(conn, "cursor"))


def _counts_agree(db: Database, acknowledged: int) -> None:
    """The register, the batches and the readings tell the same number."""
    with db.read() as conn:
        by_batch = conn.execute(select(func.sum(batches.c.accepted))).scalar_one()
        by_source = conn.execute(select(func.sum(sources.c.accepted))).scalar_one()
        refused = conn.execute(select(func.count()).select_from(quarantine)).scalar_one()
    assert (by_batch, by_source, refused) == (acknowledged, acknowledged, 0)


def _snapshot_agrees(stack: Stack, db: Database, catalogue: Catalogue, signs: list[str]) -> None:
    client = sign_in_new(stack, "ledger.leader", "leader")

    def agrees() -> bool:
        shown = {s["code"]: s["value"] for s in client.get("/live/screen").json()["signs"]}
        kept = {
            row[1]: row[2]
            for row in contents(db)["latest"]
            if row[0] == catalogue.code and row[1] in signs
        }
        assert set(kept) == set(signs)
        return all(
            shown[code] == round(value, catalogue.sign[code].decimals)
            for code, value in kept.items()
        )

    eventually(agrees, timeout=RECOVERY_S)


def _same_as_undisturbed(
    stored: dict[str, list[tuple[Any, ...]]],
    acknowledged: list[dict[str, Any]],
    catalogue: Catalogue,
    now_ms: int,
    folder: Path,
) -> None:
    """An engine that nobody kills makes the same of the same readings."""
    settings = Settings(data_dir=folder / "undisturbed")
    migrate(settings)
    db = open_database(settings)
    engine = Engine(db, catalogue, now_ms)
    for source in sorted({row["source"] for row in acknowledged}):
        ensure_source(db, catalogue, source, now_ms)
        mine = [Reading(**row) for row in acknowledged if row["source"] == source]
        outcome = intake.accept(READING, db, catalogue, source, mine, now_ms, "api", retain_days=2)
        assert outcome.accepted == len(mine)
    drain(engine, now_ms)
    calm = contents(db)
    db.close()
    for name in calm:
        a, b = _rounded(stored[name]), _rounded(calm[name])
        assert (sorted(a - b)[:5], sorted(b - a)[:5]) == ([], []), name


def _rounded(rows: list[tuple[Any, ...]]) -> set[str]:
    return {repr([round(x, 6) if isinstance(x, float) else x for x in row]) for row in rows}
