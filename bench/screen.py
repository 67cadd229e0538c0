"""The wall screen in Chromium: how soon it stands, what it weighs, what a delta costs."""

from dataclasses import dataclass

from playwright.sync_api import Browser

from bench.chromium import Wire, chromium, visitor
from bench.live import Trickle
from bench.peer_interval import Peer
from bench.product import Product
from bench.report import SEED, Figure, median, ms, percentile
from data_access.catalogue.loader import load_catalogue

PAINTED_PROMISE_S, SCRIPT_PROMISE, DELTA_PROMISE_S = 1.2, 450_000, 0.020
VISITS = 9
WATCH_S = 20.0
# The frame after the one in which everything is in the document has painted it.
PAINTED = """
window.painted = new Promise((done, failed) => {
  setTimeout(() => failed(new Error("not painted within a minute")), 60000);
  const all = () =>
    document.querySelectorAll("%(cells)s").length === %(signs)d &&
    Array.from(document.querySelectorAll("%(streets)s"))
      .filter((path) => path.getBoundingClientRect().width > 1).length >= %(places)d;
  const look = () => {
    if (!all()) return requestAnimationFrame(look);
    requestAnimationFrame(() => setTimeout(() => done(performance.now())));
  };
  requestAnimationFrame(look);
});
"""
OURS = {"cells": ".cell[data-freshness]", "streets": "path.street[data-state]"}
PLAIN = {"cells": ".cells > .cell", "streets": "path.leaflet-interactive"}


@dataclass(frozen=True, slots=True)
class Visit:
    """One cold visit."""

    painted_s: float
    script_bytes: int
    all_bytes: int


@dataclass(frozen=True, slots=True)
class Stay:
    """Some seconds before a page that keeps changing."""

    applied_s: list[float]  # the script's own time for each delta
    busy_s: float  # of the main thread, for everything, per change
    changes: int


def run() -> list[Figure]:
    """Measure; about a minute and a half."""
    print(f"seed {SEED}", flush=True)
    catalogue = load_catalogue("pudong")
    counts = {"signs": len(catalogue.signs), "places": len(catalogue.counted)}
    with Product() as product, Peer(product) as peer, Trickle(product, catalogue):
        cookie = product.wall_cookie()
        ours, plain = f"{product.url}/screen", peer.url
        with chromium() as browser:
            visits = [_visit(browser, ours, cookie, {**OURS, **counts}) for _ in range(VISITS)]
            others = [_visit(browser, plain, "", {**PLAIN, **counts}) for _ in range(VISITS)]
            stay = _stay(browser, ours, cookie, {**OURS, **counts})
            other = _stay(browser, plain, "", {**PLAIN, **counts})
    return [_painted(visits, others), _weight(visits, others), _delta(stay, other)]


def _visit(browser: Browser, url: str, cookie: str, what: dict[str, object]) -> Visit:
    with visitor(browser, url, cookie) as context:
        page = context.new_page()
        wire = Wire(page)
        page.add_init_script(PAINTED % what)
        page.goto(url)
        painted = float(page.evaluate("window.painted")) / 1000
        return Visit(painted, wire.bytes.get("Script", 0), sum(wire.bytes.values()))


def _stay(browser: Browser, url: str, cookie: str, what: dict[str, object]) -> Stay:
    with visitor(browser, url, cookie) as context:
        page = context.new_page()
        wire = Wire(page)
        wire.session.send("Performance.enable")
        page.add_init_script(PAINTED % what)
        page.goto(url)
        page.evaluate("window.painted")
        before, busy = _changes(page.evaluate(STATS)), wire.busy_s()
        page.wait_for_timeout(WATCH_S * 1000)
        stats = page.evaluate(STATS)
        changes = (_changes(stats) - before) or int(WATCH_S)
        return Stay(
            [spent / 1000 for spent in stats["recent"]] if stats else [],
            (wire.busy_s() - busy) / changes,
            changes,
        )


STATS = (
    "window.yiping ? {deltas: yiping.stats.deltas, recent: Array.from(yiping.stats.recent)} : null"
)


def _changes(stats: dict[str, int] | None) -> int:
    return 0 if stats is None else stats["deltas"]


def _painted(ours: list[Visit], others: list[Visit]) -> Figure:
    times, plain = [v.painted_s for v in ours], [v.painted_s for v in others]
    return Figure(
        "cold cache: all signs and the map painted",
        f"median {median(times):.2f} s, slowest of {VISITS} {max(times):.2f} s",
        "< 1.2 s",
        median(times) < PAINTED_PROMISE_S,
        f"the page as a Dash interval: {median(plain):.2f} s",
        median(plain) / median(times),
        "from the start of the navigation to the frame that shows them, by the browser's clock",
    )


def _weight(ours: list[Visit], others: list[Visit]) -> Figure:
    script = max(v.script_bytes for v in ours)
    return Figure(
        "JavaScript on the wire",
        f"{script / 1000:.0f} kB",
        "≤ 450 kB",
        script <= SCRIPT_PROMISE,
        f"the page as a Dash interval: {others[0].script_bytes / 1000:.0f} kB",
        others[0].script_bytes / script,
        f"everything together {ours[0].all_bytes / 1000:.0f} kB, the peer's"
        f" {others[0].all_bytes / 1000:.0f} kB",
    )


def _delta(stay: Stay, other: Stay) -> Figure:
    worst = percentile(stay.applied_s, 0.95)
    return Figure(
        "main thread for a delta",
        f"median {ms(median(stay.applied_s))}, p95 {ms(worst)}, max {ms(max(stay.applied_s))}",
        "< 20 ms",
        worst < DELTA_PROMISE_S,
        f"everything the main thread does per change: {ms(stay.busy_s)} here,"
        f" {ms(other.busy_s)} there",
        other.busy_s / stay.busy_s,
        f"{stay.changes} deltas; the first figures are the page's script alone, the comparison"
        " counts layout, painting and running clocks too",
    )
