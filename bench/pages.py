"""The desk's pages in Chromium over a year of history: cold, warm, and from click to chart."""

import json
from collections.abc import Iterator
from typing import NamedTuple

from playwright.sync_api import Browser, Page

from bench.chromium import Wire, chromium, visitor
from bench.history import fill_year
from bench.product import Product, eventually
from bench.report import SEED, Figure, median, percentile
from dashboard.desks.signs.signs_question import SHOWS
from data_access.catalogue.loader import load_catalogue
from data_access.store.db import migrate
from domain.catalogue import Catalogue
from domain.clock import to_ms, utc_now

COLD_PROMISE_S, WARM_PROMISE_S, DRILL_PROMISE_S = 1.5, 0.3, 0.3
COLD_VISITS, WARM_ROUNDS, DRILLS = 3, 5, 40
FULL_S = 120.0

# The frame after the one in which the page shows its answer and no skeleton has painted it.
WATCH = """
window.usable = (path, from, chart) => new Promise((done, failed) => {
  setTimeout(() => failed(new Error(path + ": not usable within a minute")), 60000);
  const there = (selector) =>
    [...document.querySelectorAll(selector)].some((element) => element.offsetHeight > 0);
  const ready = () => location.pathname + location.search === path
    && window.leaving !== document.querySelector("#main h1")
    && there("#main h1") && !there("#main .until-painted")
    && (!chart || drawn());
  const drawn = () => {
    const found = document.querySelector(".sign-chart svg .chart-line-now");
    return found && found !== window.leavingChart;
  };
  const look = () => {
    if (!ready()) return requestAnimationFrame(look);
    requestAnimationFrame(() => setTimeout(() => done(performance.now() - from)));
  };
  requestAnimationFrame(look);
});
window.walk = (path, chart) => {
  window.leaving = document.querySelector("#main h1");
  window.leavingChart = document.querySelector(".sign-chart svg .chart-line-now");
  const from = performance.now();
  history.pushState({}, "", path);
  dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
  return usable(path, from, chart);
};
"""


class Target(NamedTuple):
    """A page of the desk."""

    name: str
    path: str


def run() -> list[Figure]:
    """Measure; some minutes, most of which go into writing the year."""
    print(f"seed {SEED}", flush=True)
    catalogue = load_catalogue("pudong")
    product = Product(demo=True, DEMO_DAYS="0.5")
    migrate(product.settings)
    rows = fill_year(product.data_dir / "pudong.db", catalogue, to_ms(utc_now()))
    with product:
        cookie = _leader(product)
        filled = product.data_dir / "demo-feed.json"
        eventually(lambda: filled.exists() and _is_filled(filled.read_text()), FULL_S, "the city")
        targets = _targets(catalogue)
        with chromium() as browser:
            cold = {t.name: _cold(browser, product.url, cookie, t) for t in targets}
            warm = _warm(browser, product.url, cookie, targets)
            drills = _drills(browser, product.url, cookie, catalogue)
    return [_cold_figure(cold, rows), _warm_figure(warm), _drill_figure(drills)]


def _is_filled(state: str) -> bool:
    return bool(json.loads(state)["fed_until"])


def _leader(product: Product) -> str:
    """A leader's session, as a Cookie header."""
    accounts = json.loads((product.data_dir / "demo-accounts.json").read_text())
    leader = next(a for a in accounts if a["role"] == "leader")
    return product.sign_in(leader["username"], leader["password"])


def _targets(catalogue: Catalogue) -> list[Target]:
    sign = next(s for s in catalogue.signs if s.at_street and s.cadence_s <= 60)
    owner = next(d for d in catalogue.departments if d.code == sign.department)
    street = catalogue.counted[0]
    # never the same page twice in a row: a new headline tells that a page has come
    return [
        Target("signs", "/signs"),
        Target("sign", f"/sign/{sign.code}"),
        Target("streets", "/streets"),
        Target("rankings", "/rankings"),
        Target("street", f"/street/{street.code}"),
        Target("rankings, 28 days", "/rankings?of=towns&period=28d"),
        Target("small multiples", f"/signs?show={SHOWS[1]}"),
        Target("sign, a year", f"/sign/{sign.code}?period=1y"),
        Target("receipt", f"/rankings?receipt={street.code}"),
        Target("department", f"/department/{owner.code}"),
        Target("alarm log", "/episodes"),
        Target("sources", "/sources"),
    ]


def _cold(browser: Browser, url: str, cookie: str, target: Target) -> tuple[float, int]:
    """(median seconds from the start of the navigation, bytes of JavaScript on the wire)."""
    times, scripts = [], 0
    for _ in range(COLD_VISITS):
        with visitor(browser, url, cookie) as context:
            page = context.new_page()
            wire = Wire(page)
            page.add_init_script(WATCH)
            page.goto(url + target.path)
            times.append(float(page.evaluate("(path) => usable(path, 0)", target.path)) / 1000)
            scripts = wire.bytes.get("Script", 0)
    return median(times), scripts


def _warm(browser: Browser, url: str, cookie: str, targets: list[Target]) -> dict[str, list[float]]:
    """Seconds from a click on a link until the page is painted, by page."""
    took: dict[str, list[float]] = {t.name: [] for t in targets}
    with visitor(browser, url, cookie) as context:
        page = _open(context.new_page(), url, "/about")
        for round_ in range(WARM_ROUNDS + 1):
            for target in targets:
                seconds = _walk(page, target.path)
                if round_:  # the first one may fill caches
                    took[target.name].append(seconds)
    return took


def _drills(browser: Browser, url: str, cookie: str, catalogue: Catalogue) -> list[float]:
    """Seconds from a click on a street of a sign's page until its chart is painted."""
    with visitor(browser, url, cookie) as context:
        page = _open(context.new_page(), url, "/about")
        took = [_walk(page, path, chart=True) for path in _clicks(catalogue)]
    return took[1:]


def _clicks(catalogue: Catalogue) -> Iterator[str]:
    signs = [s for s in catalogue.signs if s.at_street and s.cadence_s <= 300]
    for n in range(DRILLS + 1):
        sign, street = signs[n % len(signs)], catalogue.counted[n % len(catalogue.counted)]
        yield f"/sign/{sign.code}?street={street.code}"


def _open(page: Page, url: str, path: str) -> Page:
    page.add_init_script(WATCH)
    page.goto(url + path)
    page.wait_for_selector("#main h1")
    return page


def _walk(page: Page, path: str, *, chart: bool = False) -> float:
    return float(page.evaluate("([path, chart]) => walk(path, chart)", [path, chart])) / 1000


def _cold_figure(cold: dict[str, tuple[float, int]], rows: int) -> Figure:
    slowest = max(cold, key=lambda name: cold[name][0])
    fastest = min(cold.values())[0]
    return Figure(
        f"desk pages cold, {rows / 1e6:.0f} M rows of history",
        f"slowest: {slowest} {cold[slowest][0]:.2f} s; fastest {fastest:.2f} s",
        f"< {COLD_PROMISE_S} s",
        cold[slowest][0] < COLD_PROMISE_S,
        note="; ".join(f"{name} {s:.2f} s" for name, (s, _) in cold.items())
        + f"; JavaScript {max(b for _, b in cold.values()) / 1000:.0f} kB",
    )


def _warm_figure(warm: dict[str, list[float]]) -> Figure:
    middles = {name: median(times) for name, times in warm.items()}
    slowest = max(middles, key=lambda name: middles[name])
    return Figure(
        "desk pages warm, from click to painted",
        f"slowest: {slowest} {middles[slowest]:.3f} s",
        f"< {WARM_PROMISE_S} s",
        middles[slowest] < WARM_PROMISE_S,
        note="; ".join(f"{name} {s:.3f} s" for name, s in middles.items()),
    )


def _drill_figure(drills: list[float]) -> Figure:
    worst = percentile(drills, 0.95)
    return Figure(
        "drill click to painted chart",
        f"median {median(drills):.3f} s, p95 {worst:.3f} s",
        f"p95 < {DRILL_PROMISE_S} s",
        worst < DRILL_PROMISE_S,
        note=f"{len(drills)} clicks from street to street and sign to sign, none asked before",
    )
