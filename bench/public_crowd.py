"""The public page's crowd: a day of demonstration published, and everybody who watches it live."""

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from bench.live import crowd
from bench.product import Product, eventually, get
from bench.report import Figure
from data_access.public import queries, releases
from data_access.public.store import open_public
from data_access.settings import Settings
from data_access.store.db import Database
from domain.clock import to_ms, to_rfc3339, utc_now

VIEWERS, CLIENTS = 20_000, 2  # a process that watches may not hold more than half of the files
EVERY_S = 20.0  # three times as often as publication is
WATCH_S = 65.0
LATEST_MS = 60_000  # the next update comes then
PUBLISHED_S = 300.0
KNOWN = 0.8  # of the public signs have a value before the page counts as full
PATH = "/live/public/events"


class Watched(NamedTuple):
    """What the processes that watch have told, each about its share."""

    told: list[dict[str, Any]]
    viewers: int
    updates: int


def demonstrated(folder: Path) -> Settings:
    """Publish a day and a half of demonstration; settings whose publication store holds it."""
    settings = Settings(YIPING_DATA=folder, demo=True)
    with Product(demo=True, DEMO_DAYS="1.5") as maker:
        eventually(lambda: _is_full(maker), PUBLISHED_S, "a full publication", 1.0)
        source = maker.data_dir / Path(maker.settings.public_db_url).name
        target = folder / source.name
        with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
            old.backup(new)
    return settings


def _is_full(maker: Product) -> bool:
    status, _, body = get(f"{maker.url}/live/public")
    signs = msgspec.json.decode(body)["signs"] if status == 200 else []
    days = get(f"{maker.url}/api/v1/public/days.csv")[2].count(b"\n")
    known = sum(1 for sign in signs if sign["value"] is not None)
    return bool(signs) and known >= KNOWN * len(signs) and days > len(signs) / 2


def watched(port: int, settings: Settings, viewers: int = VIEWERS) -> Watched:
    """Seat the viewers in several processes and publish until they have watched long enough."""
    done = threading.Event()
    each = viewers // CLIENTS
    with closing(open_public(settings, read_only=False)) as public:
        with ThreadPoolExecutor(CLIENTS + 1) as pool:
            publishing = pool.submit(_publish, public, done)
            asked = [
                pool.submit(crowd, "viewers", port, each, WATCH_S, "", PATH) for _ in range(CLIENTS)
            ]
            try:
                told = [future.result() for future in asked]
            finally:
                done.set()
            return Watched(told, each * CLIENTS, publishing.result())


def _publish(public: Database, done: threading.Event) -> int:
    """A new version now and then, stamped with the moment it is written; how many."""
    updates = 0
    while not done.wait(EVERY_S):
        found = queries.view_body(public, "public")
        streets = queries.view_body(public, "streets")
        if found is None or streets is None:
            raise RuntimeError("nothing is published")
        version, now = found[0] + 1, to_ms(utc_now())
        with public.write() as conn:
            for view, (_, body) in (("public", found), ("streets", streets)):
                told = {**msgspec.json.decode(body), "version": version, "as_of": to_rfc3339(now)}
                releases.put_view(public, conn, view, version, now, msgspec.json.encode(told))
        updates += 1
    return updates


def viewers_figure(found: Watched) -> Figure:
    """How late an update was, and whether everybody had each of them."""
    told = found.told
    lost = sum(t["lost"] for t in told)
    whole = min(t["whole_deltas"] for t in told)
    partly = max(t["deltas"] - t["whole_deltas"] for t in told)
    late, p50 = max(t["max_ms"] for t in told), max(t["p50_ms"] for t in told)
    return Figure(
        f"{found.viewers:,} live viewers of the public page, an update every {EVERY_S:.0f} s",
        f"the last one has it after {late} ms (p50 {p50})",
        f"≥ {VIEWERS:,} at one update a minute, nobody lost",
        found.viewers >= VIEWERS
        and not lost
        and whole >= 2
        and partly <= 1  # one that is under way when watching ends
        and late < LATEST_MS,
        note="from the commit in the publication store to the last byte at the viewer: the look at"
        f" the store, once a second, is in it; {lost} viewers lost, {whole} updates that everybody"
        f" had; all had joined after {max(t['joined_s'] for t in told):.1f} s, in {CLIENTS}"
        " processes on the same two cores",
    )
