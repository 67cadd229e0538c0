"""What a page reads from the store: the latest of every sign everywhere, a day of one sign."""

import random
import tempfile
from pathlib import Path

from sqlalchemy import Connection, text

from bench.report import SEED, Figure, median, ms, percentile, timed
from data_access.catalogue.loader import load_catalogue
from data_access.series import rollups
from data_access.settings import Settings
from data_access.store import engine_state
from data_access.store.db import Database, migrate, open_database
from data_access.views import pictures, snapshots
from domain.clock import DAY_MS, MINUTE_MS
from domain.freshness import Freshness
from domain.picture import Cell, Picture
from domain.sign import State

NOW = 1_795_399_200_000
PROMISE_S = 0.005
STEP_MS = 5 * MINUTE_MS  # the cadence of most signs
DAY_SLOTS = DAY_MS // STEP_MS
TIMES = 10


def run() -> list[Figure]:
    """Measure on SQLite with a day of history and with ten (1.35 and 13.5 million rows)."""
    catalogue = load_catalogue("pudong")
    places = [catalogue.code, *(s.code for s in catalogue.streets)]
    pairs = [(place, sign.code) for place in places for sign in catalogue.signs]
    with tempfile.TemporaryDirectory(prefix="yiping-bench-") as folder:
        settings = Settings(YIPING_DATA=Path(folder))
        migrate(settings)
        db = open_database(settings, durable=False)
        _publish(db, places, [s.code for s in catalogue.signs])
        small = _measure(db, pairs, DAY_SLOTS)
        large = _measure(db, pairs, TIMES * DAY_SLOTS)
        with db.read() as conn:
            peer_latest, peer_series = _peers(conn, *pairs[len(pairs) // 2])
        db.close()
    return [
        Figure(
            f"latest of {len(catalogue.signs)} × {len(places)}",
            f"median {ms(median(large[0]))}, p95 {ms(percentile(large[0], 0.95))}",
            "< 5 ms",
            median(large[0]) < PROMISE_S,
            f"newest row of each series from the roll-ups: {ms(peer_latest)}",
            peer_latest / median(large[0]),
            "the picture of the moment, read from the store and decoded, as a page does that finds"
            " no newer one in Redis",
        ),
        Figure(
            f"24 h of one sign and street, {TIMES * DAY_SLOTS * len(pairs) / 1e6:.1f} M rows",
            f"median {ms(median(large[1]))}, p95 {ms(percentile(large[1], 0.95))}",
            "< 5 ms",
            median(large[1]) < PROMISE_S,
            f"the same rows found without the key: {ms(peer_series)}",
            peer_series / median(large[1]),
        ),
        Figure(
            "the same with a tenth of the history",
            f"median {ms(median(small[1]))}",
            "the same",
            median(large[1]) < 1.5 * median(small[1]) + 0.0005,
            note=f"latest: {ms(median(small[0]))} then, {ms(median(large[0]))} now",
        ),
    ]


def _publish(db: Database, places: list[str], signs: list[str]) -> None:
    """A picture in which every sign has a value of its own at every place."""
    dice = random.Random(SEED)

    def cell() -> Cell:
        value, at = round(dice.uniform(0, 1000), 1), NOW - dice.randrange(300) * 1000
        return Cell(value, State.NORMAL, Freshness.LIVE, at, at - DAY_MS, False)

    rows = tuple(tuple(cell() for _ in signs) for _ in places)
    picture = Picture(
        1, NOW, "bench", tuple(signs), tuple(places), rows, load_catalogue("pudong").weights[0]
    )
    with db.write() as conn:
        body = pictures.pack_picture(picture)
        engine_state.write_published(db, conn, pictures.VIEW, 1, NOW, body)


def _measure(
    db: Database, pairs: list[tuple[str, str]], wanted: int
) -> tuple[list[float], list[float]]:
    """Grow the minute tier to `wanted` rows a pair; seconds of (latest, series) reads."""
    with db.read() as conn:
        there = conn.execute(text("SELECT COUNT(*) FROM rollup_minute")).scalar_one()
    done = there // len(pairs)
    for start in range(0, len(pairs), 200):
        rows: list[rollups.MinuteRow] = [
            (p, s, NOW - n * STEP_MS, 1.0, 1.0, 1, 1.0, 1.0, 1.0, False, 0)
            for p, s in pairs[start : start + 200]
            for n in range(done, wanted)
        ]
        with db.write() as conn:
            rollups.write_minutes(db, conn, rows)
    dice = random.Random(SEED)
    chosen = iter(dice.choices(pairs, k=300))

    def series() -> None:
        place, sign = next(chosen)
        rows = rollups.series(db, place, sign, "minute", NOW - DAY_MS + 1, NOW + 1)
        assert len(rows) == DAY_SLOTS

    def latest() -> None:
        found = pictures.unpack_picture(snapshots.stored_body(db, pictures.VIEW))
        assert found is not None and sum(1 for _ in found.cells) * len(found.signs) == len(pairs)

    return timed(latest, 30), timed(series, 200)


def _peers(conn: Connection, place: str, sign: str) -> tuple[float, float]:
    def newest() -> None:
        conn.execute(
            text("SELECT unit, indicator, MAX(bucket) FROM rollup_minute GROUP BY 1, 2")
        ).all()

    def scan() -> None:
        # the unary plus keeps SQLite from using the key
        conn.execute(
            text(
                "SELECT * FROM rollup_minute WHERE +unit = :p AND +indicator = :s"
                " AND bucket > :t ORDER BY bucket"
            ),
            {"p": place, "s": sign, "t": NOW - DAY_MS},
        ).all()

    return median(timed(newest, 2)), median(timed(scan, 2))
