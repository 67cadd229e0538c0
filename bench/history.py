"""A year of roll-ups for every sign at every place, written straight into a SQLite store.

Not through intake: 86 million rows would take an hour there, and reading them is what is measured.
"""

import sqlite3
from pathlib import Path

from domain.catalogue import Catalogue
from domain.clock import DAY_MS, HOUR_MS, MINUTE_MS

MINUTE_DAYS, HOUR_DAYS = 7, 365
_VALUE = "s.typical * (1 + ((b.t / {width} * 7919 + p.n * 31) % 100) / 1000.0)"
_FILL = """
INSERT OR IGNORE INTO {table}
SELECT p.code, s.code, b.t, {value} * {mass}, {mass}, 1, {value}, {value}, {value}, 1, {rest}
FROM bench_places p CROSS JOIN bench_signs s CROSS JOIN bench_buckets b
WHERE p.n = 0 OR s.below
"""
_TIERS = {
    "rollup_minute": (MINUTE_MS, MINUTE_DAYS, "0"),
    "rollup_hour": (HOUR_MS, HOUR_DAYS, "1, {part}, 0, 0"),
    "rollup_day": (DAY_MS, HOUR_DAYS, "24, 24 * {part}, 0, 0"),
}
# a few hours of attention here and there, so that scores differ
_PART = "(((b.t / {width} * 31 + p.n * 7 + s.n) % 97) = 0)"


def fill_year(path: Path, catalogue: Catalogue, now_ms: int) -> int:
    """Fill minutes of 7 days, hours and days of a year up to `now_ms`; how many rows there are."""
    store = sqlite3.connect(path, isolation_level=None)
    store.execute("PRAGMA synchronous = OFF")
    store.execute("PRAGMA cache_size = -400000")
    store.execute("CREATE TEMP TABLE bench_places (n INTEGER, code TEXT PRIMARY KEY)")
    store.execute(
        "CREATE TEMP TABLE bench_signs (n INTEGER, code TEXT PRIMARY KEY, typical REAL, below INT)"
    )
    places = [catalogue.code, *(s.code for s in catalogue.streets)]
    store.executemany("INSERT INTO bench_places VALUES (?, ?)", enumerate(places))
    signs = [(n, s.code, s.typical, s.at_street) for n, s in enumerate(catalogue.signs)]
    store.executemany("INSERT INTO bench_signs VALUES (?, ?, ?, ?)", signs)
    total = 0
    for table, (width, days, rest) in _TIERS.items():
        end = catalogue.zone.slot_start(now_ms, width)
        store.execute("CREATE TEMP TABLE bench_buckets (t INTEGER PRIMARY KEY)")
        buckets = ((t,) for t in range(end - days * DAY_MS, end, width))
        store.executemany("INSERT INTO bench_buckets VALUES (?)", buckets)
        store.execute("BEGIN")
        value = _VALUE.format(width=width)
        part = _PART.format(width=width)
        filled = store.execute(
            _FILL.format(table=table, value=value, mass="200.0", rest=rest.format(part=part))
        )
        total += filled.rowcount
        store.execute("COMMIT")
        store.execute("DROP TABLE bench_buckets")
    store.close()
    return total
