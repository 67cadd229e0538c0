"""The wall as a test sees it: opened by somebody who may, read cell by cell."""

from collections.abc import Callable
from typing import Any, NamedTuple

from playwright.sync_api import Page

from tests.browser.audit import AUDIT
from tests.conditions import eventually

READY_MS = 20_000
SMALLEST_SHARE = 0.016  # of the wall's height
UPRIGHT_SHARE = 0.0149  # of an upright wall's width
PANELS = ".panel, .top, .sentence, .index, .map-board, .board, .trend-board, .health"
APART = [PANELS, ".cell", ".map-name", ".goals, .score, .deduct", ".alert, .ranked"]

_CELLS = """() => [...document.querySelectorAll("#wall .cell")].map((cell) => ({
  code: cell.id.replace("sign-", ""),
  state: cell.dataset.state,
  mark: cell.querySelector(".mark").dataset.state,
  freshness: cell.dataset.freshness,
  name: cell.querySelector(".name").textContent,
  value: cell.querySelector(".value").textContent,
  unit: cell.querySelector(".unit").textContent,
  age: cell.querySelector(".age").textContent,
  label: cell.getAttribute("aria-label"),
}))"""
_STREETS = """() => Object.fromEntries([...document.querySelectorAll("path.street")].map(
  (path) => [path.dataset.code, path.dataset.state]))"""
_SNAPSHOT = """() => fetch("/live/screen", {cache: "no-store"}).then((reply) => reply.json())"""


class Cell(NamedTuple):
    """What one cell says."""

    code: str
    state: str
    mark: str
    freshness: str
    name: str
    value: str
    unit: str
    age: str
    label: str


class Wall:
    """One open wall."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url

    def open(self, query: str = "") -> "Wall":
        """Open the page and wait until cells and map are painted."""
        self.page.goto(f"{self.url}/screen{query}")
        return self.ready()

    def ready(self) -> "Wall":
        """Wait until cells and map are painted."""
        self.page.wait_for_selector("html[data-ready='1']", state="attached", timeout=READY_MS)
        fitted = "[data-fitted] path.street[data-state]"
        self.page.wait_for_selector(fitted, state="attached", timeout=READY_MS)
        return self

    @property
    def version(self) -> int:
        """The version of the picture that is painted."""
        return int(self.page.evaluate("document.documentElement.dataset.version"))

    @property
    def stream(self) -> str | None:
        """`live`, or what the watchdog says; None before its first look."""
        said: str | None = self.page.evaluate("document.documentElement.dataset.stream ?? null")
        return said

    def cells(self) -> dict[str, Cell]:
        """Every cell by the code of its sign."""
        return {row["code"]: Cell(**row) for row in self.page.evaluate(_CELLS)}

    def cell(self, code: str) -> Cell:
        """One cell."""
        return self.cells()[code]

    def streets(self) -> dict[str, str]:
        """The state of every street on the map, as it is coloured."""
        found: dict[str, str] = self.page.evaluate(_STREETS)
        return found

    def snapshot(self) -> dict[str, Any]:
        """What the server says, asked for by this very browser."""
        found: dict[str, Any] = self.page.evaluate(_SNAPSHOT)
        return found

    def text(self, selector: str) -> str:
        """The visible text of an element."""
        return self.page.inner_text(selector)

    def eventually(self, probe: Callable[["Wall"], Any], timeout: float = 10) -> Any:
        """Wait until `probe(wall)` is truthy."""
        return eventually(lambda: probe(self), timeout)

    def banner(self) -> str:
        """What the watchdog says across the page; "" while it says nothing."""
        banner = self.page.locator("#wall-banner")
        return banner.inner_text() if banner.is_visible() else ""

    def look(self, apart: list[str] | None = None, least: int | None = None) -> list[str]:
        """What a critical eye finds: cut, covered or small text, panels over each other.

        A scene other than the wall itself names what must lie `apart` and the `least` of its texts.
        """
        size = self.page.viewport_size or {"width": 0, "height": 0}
        upright = size["height"] > size["width"]
        smallest = UPRIGHT_SHARE * size["width"] if upright else SMALLEST_SHARE * size["height"]
        options = {"root": "#wall", "smallest": smallest, "apart": apart or APART}
        found = self.page.evaluate(AUDIT, options)
        assert found["texts"] > (least or len(self.cells()))  # the critic had something to read
        faults: list[str] = found["faults"]
        return faults
