"""The public page: views a second from ready-made bytes, its weight, its first paint on a phone."""

import re
import shutil
import subprocess
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.chromium import Wire, chromium
from bench.live import CONNECTIONS, HAMMER_S, hammer
from bench.product import Product, eventually, get
from bench.public_crowd import demonstrated, viewers_figure, watched
from bench.report import Figure
from dashboard.public_site.links import Served, Where
from dashboard.public_site.site import PublicSite
from data_access.catalogue.loader import load_catalogue
from data_access.settings import ROOT, Settings
from domain.clock import utc_now

RATE_PROMISE, FIRST_PROMISE_MS, SCRIPT_PROMISE, ALL_PROMISE = 10_000, 2_500, 450_000, 600_000
RENDERINGS = 10
LINE = {"offline": False, "latency": 150, "downloadThroughput": 2e5, "uploadThroughput": 9e4}
SLOWER = 4  # times, of the processor
_PAINTS = """
  window.paints = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.paints = entry.startTime;
  }).observe({type: "largest-contentful-paint", buffered: true});
"""


def run() -> list[Figure]:
    """Measure; about five minutes, two of them until a day of demonstration is published."""
    with TemporaryDirectory(prefix="yiping-b-") as folder:
        settings = demonstrated(Path(folder))
        with Product(SITE="public", PUBLIC_DATABASE_URL=settings.public_db_url) as product:
            asked = _views(product)
            rendered_s = _rendering(settings)
            fast, slow = _loads(product.url)
            crowd = watched(product.port, settings)
    return [
        _rate_figure(asked, rendered_s),
        viewers_figure(crowd),
        _weight_figure(fast),
        _first_figure(fast, slow),
    ]


def _views(product: Product) -> dict[str, Any]:
    """Views/s of the page, each answered 200 with Brotli."""
    status, headers, _ = get(f"{product.url}/", Accept_Encoding="br")
    assert (status, headers["content-encoding"]) == (200, "br"), (status, headers)
    wrk = shutil.which("wrk")
    if wrk is None:
        request = f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{product.port}\r\nAccept-Encoding: br\r\n\r\n"
        return hammer(product.folder, product.port, CONNECTIONS, HAMMER_S, request.encode())
    wanted = [wrk, "-t", "1", "-c", str(CONNECTIONS), "-d", f"{HAMMER_S}s"]
    said = subprocess.run(
        [*wanted, "-H", "Accept-Encoding: br", f"{product.url}/"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        timeout=HAMMER_S + 30,
    ).stdout
    found = re.search(r"Requests/sec:\s+([\d.]+)", said)
    assert found is not None and "Non-2xx" not in said and "Socket errors" not in said, said
    return {"rate": float(found[1]), "by": "wrk"}


def _rendering(settings: Settings) -> float:
    """Seconds that the peer takes: the same page rendered for each visitor."""
    site = PublicSite(settings, load_catalogue(settings.city), utc_now)
    site.feed.look()
    now = site.feed.now
    assert now is not None
    where = Where()
    site.renderer.page(where, Served(where), now)
    began = time.perf_counter()
    for _ in range(RENDERINGS):
        site.renderer.page(where, Served(where), now)
    took = (time.perf_counter() - began) / RENDERINGS
    site.close()
    return took


def _loads(url: str) -> tuple[dict[str, Any], dict[str, Any]]:
    with chromium() as browser:
        found = []
        for slowly in (False, True):
            context = browser.new_context(viewport={"width": 390, "height": 844})
            page = context.new_page()
            wire = Wire(page)
            if slowly:
                wire.session.send("Network.emulateNetworkConditions", LINE)
                wire.session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
            page.add_init_script(_PAINTS)
            page.goto(f"{url}/", wait_until="load")
            eventually(lambda tab=page: tab.evaluate("window.paints") > 0, 10, "a paint")  # type: ignore[misc]
            first = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
            paints = page.evaluate(f"[{first}, window.paints]")
            found.append({"first": paints[0], "largest": paints[1], "bytes": dict(wire.bytes)})
            context.close()
    return found[0], found[1]


def _rate_figure(asked: dict[str, Any], rendered_s: float) -> Figure:
    peer = 2 / rendered_s  # both cores
    return Figure(
        "views of the public page, Brotli 200",
        f"{asked['rate']:,.0f} views/s",
        f"≥ {RATE_PROMISE:,}",
        asked["rate"] >= RATE_PROMISE,
        f"the same page rendered for each visitor on both cores: {peer:,.0f}/s",
        asked["rate"] / peer,
        f"{CONNECTIONS} kept connections, two web processes; asked by {asked['by']}, on the same"
        " two cores",
    )


def _weight_figure(fast: dict[str, Any]) -> Figure:
    sizes = fast["bytes"]
    whole, script = sum(sizes.values()), sizes.get("Script", 0)
    return Figure(
        "what the page weighs on the wire",
        f"{whole:,} bytes, {script:,} of them script",
        f"≤ {ALL_PROMISE:,}, script ≤ {SCRIPT_PROMISE:,}",
        whole <= ALL_PROMISE and script <= SCRIPT_PROMISE,
    )


def _first_figure(fast: dict[str, Any], slow: dict[str, Any]) -> Figure:
    return Figure(
        f"first readable content, {SLOWER} × slower processor, 1.6 Mbit/s, 150 ms",
        f"{slow['first']:.0f} ms (largest {slow['largest']:.0f} ms)",
        f"< {FIRST_PROMISE_MS} ms",
        slow["first"] < FIRST_PROMISE_MS,
        f"the same without slowing: {fast['first']:.0f} ms, largest {fast['largest']:.0f} ms",
    )
