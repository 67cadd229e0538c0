"""Snapshots and event streams from the fast lane, beside a Dash interval that builds the page."""

import json
import re
import shutil
import subprocess
import sys
import threading
import time
from itertools import islice
from pathlib import Path
from typing import Any

from bench.bodies import bodies, devices
from bench.peer_interval import CALLBACK, Peer
from bench.product import Product, get
from bench.report import SEED, Figure
from bench.senders import Connection, send_all, stamped
from data_access.catalogue.loader import load_catalogue
from data_access.settings import ROOT
from domain.catalogue import Catalogue

RATE_PROMISE, VIEWERS, LATE_PROMISE_MS = 10_000, 10_000, 500
CONNECTIONS = 64
HAMMER_S = 8
WATCH_S = 15
PEER_S = 5
SOURCE = "bench"


def run() -> list[Figure]:
    """Measure; about a minute."""
    print(f"seed {SEED}", flush=True)
    catalogue = load_catalogue("pudong")
    with Product() as product, Peer(product) as peer:
        cookie = product.wall_cookie()
        with Trickle(product, catalogue):
            asked = _snapshots(product, cookie)
            plain = _callbacks(product, peer)
            watched = crowd("viewers", product.port, VIEWERS, WATCH_S, cookie)
        size = len(get(f"{product.url}/live/screen", Cookie=cookie, Accept_Encoding="gzip")[2])
    return [_rate_figure(asked, plain, size), _viewers_figure(watched, plain["rate"])]


class Trickle:
    """While inside, every device of the city reports once a minute, a sixtieth each second."""

    def __init__(self, product: Product, catalogue: Catalogue) -> None:
        key = product.key("trickle", "--ingest", "--source", SOURCE)
        everything = bodies(catalogue, SOURCE, 1_000)
        send_all(product.port, key, islice(everything, len(devices(catalogue)) // 1_000 + 1), 2)
        self._bodies = bodies(catalogue, SOURCE, len(devices(catalogue)) // 60)
        self._connection = Connection(product.port, key)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._trouble: BaseException | None = None

    def __enter__(self) -> "Trickle":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._connection.close()
        if self._trouble is not None:
            raise self._trouble

    def _run(self) -> None:
        try:
            while not self._stop.wait(1.0 - time.monotonic() % 1.0):
                self._connection.post(stamped(next(self._bodies)))
        except BaseException as trouble:
            self._trouble = trouble


def _snapshots(product: Product, cookie: str) -> dict[str, Any]:
    """Requests/s of /live/screen, each answered 200 with gzip."""
    status, headers, _ = get(f"{product.url}/live/screen", Cookie=cookie, Accept_Encoding="gzip")
    assert (status, headers["content-encoding"]) == (200, "gzip"), (status, headers)
    request = (
        f"GET /live/screen HTTP/1.1\r\nHost: 127.0.0.1:{product.port}\r\n"
        f"Accept-Encoding: gzip\r\nCookie: {cookie}\r\n\r\n"
    )
    wrk = shutil.which("wrk")
    if wrk is None:
        return hammer(product.folder, product.port, CONNECTIONS, HAMMER_S, request.encode())
    said = subprocess.run(
        [
            *(wrk, "-t", "1", "-c", str(CONNECTIONS), "-d", f"{HAMMER_S}s"),
            *("-H", "Accept-Encoding: gzip", "-H", f"Cookie: {cookie}"),
            f"{product.url}/live/screen",
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=HAMMER_S + 30,
    ).stdout
    found = re.search(r"Requests/sec:\s+([\d.]+)", said)
    assert found is not None and "Non-2xx" not in said and "Socket errors" not in said, said
    return {"rate": float(found[1]), "by": "wrk"}


def _callbacks(product: Product, peer: Peer) -> dict[str, Any]:
    """Requests/s of the peer's callback."""
    body = json.dumps(CALLBACK)
    request = (
        f"POST /_dash-update-component HTTP/1.1\r\nHost: 127.0.0.1:{peer.port}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    )
    return hammer(product.folder, peer.port, 8, PEER_S, request.encode())


def hammer(
    folder: Path, port: int, connections: int, seconds: float, request: bytes
) -> dict[str, Any]:
    """What came back when `request` was sent again and again over so many connections."""
    path = folder / "request"
    path.write_bytes(request)
    told = crowd("hammer", port, connections, seconds, str(path))
    assert told["good"] and not told["others"], told
    return {**told, "by": "a client in Python, which takes its share of the two cores"}


def crowd(
    kind: str, port: int, count: int, seconds: float, rest: str, *more: str
) -> dict[str, Any]:
    """What a run of bench.crowd in a process of its own found."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "bench.crowd"),
            *(kind, str(port), str(count), str(seconds), rest, *more),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=seconds + 120,
    )
    if done.returncode != 0:
        raise RuntimeError(done.stderr[-2000:])
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def _rate_figure(asked: dict[str, Any], plain: dict[str, Any], size: int) -> Figure:
    return Figure(
        "/live/screen, gzip 200",
        f"{asked['rate']:,.0f} requests/s",
        f"≥ {RATE_PROMISE:,}",
        asked["rate"] >= RATE_PROMISE,
        f"a Dash interval's callback that builds the page: {plain['rate']:,.0f}/s",
        asked["rate"] / plain["rate"],
        f"{size:,} bytes each, {CONNECTIONS} kept connections, two web processes; asked by"
        f" {asked['by']}, on the same two cores; a new version about every second",
    )


def _viewers_figure(told: dict[str, Any], plain_rate: float) -> Figure:
    lost = told["lost"] or told["whole_deltas"] < told["deltas"] - 2
    a_second = told["received"] / WATCH_S / VIEWERS
    return Figure(
        f"{VIEWERS:,} event-stream viewers, {a_second:.2f} deltas a second each",
        f"p99 {told['p99_ms']} ms (p50 {told['p50_ms']}, max {told['max_ms']})",
        f"p99 < {LATE_PROMISE_MS} ms",
        told["p99_ms"] < LATE_PROMISE_MS and not lost,
        f"viewers that the interval can serve once a second: {plain_rate:,.0f}",
        VIEWERS / plain_rate,
        "from the engine's clock in a delta to its last byte at the viewer, so building it is"
        f" counted too; {told['lost']} viewers lost, {told['bytes'] / WATCH_S / 1e6:.1f} MB/s;"
        f" all had joined after {told['joined_s']:.1f} s",
    )
