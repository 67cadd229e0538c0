"""From a committed reading to the changed pixel, while 5,000 others arrive every second."""

import json
import random
import threading
import time
from collections.abc import Iterator

from playwright.sync_api import Browser, Page

from bench.bodies import bodies, devices
from bench.chromium import chromium, visitor
from bench.peer_interval import Peer
from bench.product import Product
from bench.report import SEED, Figure, median, percentile
from bench.senders import STAMP, Connection, stamped
from data_access.catalogue.loader import load_catalogue
from domain.catalogue import Catalogue
from domain.clock import to_ms, utc_now
from domain.indicator import Rule
from domain.sign import Sign

LOAD = 5_000  # readings/s
BATCH = 500
P50_PROMISE_S, P99_PROMISE_S = 1.0, 2.0
PROBES, PEER_PROBES = 80, 30
PAUSES_S = 0.2, 0.9  # between a changed pixel and the next reading
STEPS = 40  # different values of the probe
LOST_MS = 15_000
# Written down in the task after the frame with the new text: it has been painted by then.
WATCH = """
(() => {
  const changes = [];
  let shown = null;
  const look = () => {
    const cell = document.querySelector("#sign-%(sign)s .value");
    const text = cell && cell.textContent;
    if (text === shown) return;
    shown = text;
    requestAnimationFrame(() =>
      setTimeout(() => changes.push(performance.timeOrigin + performance.now())));
  };
  const observer = new MutationObserver(look);
  observer.observe(document, { subtree: true, childList: true, characterData: true });
  window.changes = changes;
  window.changed = (count) => new Promise((done) => {
    const until = performance.now() + %(lost)d;
    const ask = () => changes.length >= count ? done(changes[count - 1])
      : performance.now() > until ? done(null) : setTimeout(ask, 20);
    ask();
  });
})();
"""


def run() -> list[Figure]:
    """Measure; about two minutes and a half."""
    print(f"seed {SEED}", flush=True)
    catalogue = load_catalogue("pudong")
    sign = _probe_sign(catalogue)
    with Product() as product, Peer(product) as peer, chromium() as browser:
        probe = Probe(product, sign)
        cookie = product.wall_cookie()
        with Load(product, catalogue, sign.code) as load:
            ours = _probe(browser, f"{product.url}/screen", cookie, probe, PROBES)
            plain = _probe(browser, peer.url, "", probe, PEER_PROBES)
        probe.close()
    p50, p99 = median(ours), percentile(ours, 0.99)
    return [
        Figure(
            f"committed reading → changed pixel, beside {load.rate():,.0f} readings/s",
            f"p50 {p50:.2f} s, p99 {p99:.2f} s",
            "p50 < 1 s, p99 < 2 s",
            p50 < P50_PROMISE_S and p99 < P99_PROMISE_S and load.rate() > 0.95 * LOAD,
            f"a Dash interval of one second on the same store: p50 {median(plain):.2f} s,"
            f" p99 {percentile(plain, 0.99):.2f} s",
            median(plain) / p50,
            f"{len(ours)} readings of {sign.code} ({sign.name.en}), the peer {len(plain)}; from the"
            " intake's answer to the frame that shows the value, one machine's clock",
        )
    ]


def _probe_sign(catalogue: Catalogue) -> Sign:
    """A sign whose value has room to change, whatever it means; none is named here."""
    for sign in catalogue.signs:
        room = STEPS / 10**sign.decimals
        fits = sign.value_min <= sign.typical and sign.typical + room <= sign.value_max
        if sign.decimals and fits and sign.rule is not Rule.NA and not sign.derived:
            return sign
    raise ValueError("no sign of the catalogue is fit to be watched")


class Probe:
    """Readings of one sign for the whole district, each with another value."""

    def __init__(self, product: Product, sign: Sign) -> None:
        self.sign = sign
        key = product.key("probe", "--ingest", "--source", "probe")
        self._connection = Connection(product.port, key)
        self._sent = 0

    def send(self) -> int:
        """Send the next one; when its commit was acknowledged, epoch ms."""
        self._sent += 1
        value = self.sign.typical + self._sent % STEPS / 10**self.sign.decimals
        reading = {
            "source": "probe",
            "sign": self.sign.code,
            "street": None,
            "observed_at": STAMP.decode(),
            "value": round(value, self.sign.decimals),
        }
        self._connection.post(stamped(json.dumps([reading]).encode()))
        return to_ms(utc_now())

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


class Load:
    """While inside, LOAD readings arrive every second, of every sign but one."""

    def __init__(self, product: Product, catalogue: Catalogue, without: str) -> None:
        key = product.key("load", "--ingest", "--source", "load")
        whole = len(devices(catalogue, without)) // BATCH * BATCH
        self._bodies = _whole(bodies(catalogue, "load", BATCH, without), whole // BATCH)
        self._connections = [Connection(product.port, key) for _ in range(2)]
        self._lock, self._stop = threading.Lock(), threading.Event()
        self._threads = [
            threading.Thread(target=self._run, args=(n,), daemon=True) for n in range(2)
        ]
        self._sent, self._troubles = 0, list[BaseException]()
        self._began = self._ended = 0.0

    def __enter__(self) -> "Load":
        self._began = time.monotonic()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended = time.monotonic()
        self._stop.set()
        for thread in self._threads:
            thread.join()
        for connection in self._connections:
            connection.close()
        if self._troubles:
            raise self._troubles[0]

    def rate(self) -> float:
        """Readings/s that were taken."""
        return self._sent / (self._ended - self._began)

    def _run(self, number: int) -> None:
        try:
            while not self._stop.is_set():
                with self._lock:
                    body = next(self._bodies)
                accepted, _ = self._connections[number].post(stamped(body))
                with self._lock:
                    self._sent += accepted
                    ahead_s = self._sent / LOAD - (time.monotonic() - self._began)
                self._stop.wait(max(0.0, ahead_s))
        except BaseException as trouble:
            self._troubles.append(trouble)


def _whole(endless: Iterator[bytes], per_round: int) -> Iterator[bytes]:
    """The bodies without the short one that ends each round."""
    made = [next(endless) for _ in range(per_round)]
    while True:
        yield from made


def _probe(browser: Browser, url: str, cookie: str, probe: Probe, count: int) -> list[float]:
    """Seconds from acknowledgement to pixel, of `count` readings."""
    dice = random.Random(SEED)
    with visitor(browser, url, cookie) as context:
        page = context.new_page()
        page.add_init_script(WATCH % {"sign": probe.sign.code, "lost": LOST_MS})
        page.goto(url)
        page.wait_for_selector(f"#sign-{probe.sign.code} .value")
        probe.send()  # the first one makes the cell speak; it is not counted
        seen = _settled(page)
        late = []
        for _ in range(count):
            page.wait_for_timeout(dice.uniform(*PAUSES_S) * 1000)
            committed = probe.send()
            seen += 1
            at = page.evaluate("(count) => window.changed(count)", seen)
            assert at is not None, f"a reading was not shown within {LOST_MS} ms"
            late.append((at - committed) / 1000)
    return late


def _settled(page: Page) -> int:
    """How often the cell has changed, once it has been quiet for three seconds."""
    before = -1
    while (now := int(page.evaluate("window.changes.length"))) != before:
        before = now
        page.wait_for_timeout(3_000)
    return now
