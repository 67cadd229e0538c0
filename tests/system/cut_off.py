"""Starts the product where no network is, and looks at it: run by `unshare -rn`, as a program.

    unshare -rn python -m tests.system.cut_off DATA PORT COMMAND…

COMMAND starts the product with its data in DATA, on PORT, and may set it up before. Afterwards one
line of JSON on the standard output says what was seen (`Seen`).
"""

import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page, sync_playwright

from dashboard.supervisor.guard import die_with_parent
from tests.conditions import eventually
from tests.fixtures.browser import QUIET
from tests.fixtures.missing import program
from tests.system.way_out import WayOut
from tests.web_client import Client

START_S = 240.0  # with the set-up
FOR_ALL = {"/": "main h1", "/method": "main h1", "/login": "[name=username]"}
PAGES = {
    "/screen": "#wall .cell .name",
    "/signs": "#signs-body table",
    "/sign/FAC-13": ".sign-chart svg",
    "/streets": ".street-table",
    "/street/310115005": ".street-grid",
    "/rankings": ".rank-table",
    "/department/ops-centre": "main h1",
    "/episodes": ".episode-fields",
    "/sources": ".source-table",
    "/reports": "main h1",
    "/audit": "main h1",
    "/about": ".method-table",
}
ASSETS = """() => [...document.querySelectorAll("[src], link[href]")].map((n) => n.src || n.href)"""


@dataclass
class Seen:
    """What the product did and asked without a network."""

    answers: dict[str, int] = field(default_factory=dict)  # status by path
    tried: list[str] = field(default_factory=list)  # attempts to leave, from set-up to the end
    asked: int = 0  # requests of the browser
    outside: list[str] = field(default_factory=list)  # those that went elsewhere, and such assets
    fonts: list[str] = field(default_factory=list)  # that painted a Chinese name on the wall
    stack: str = ""  # of fonts, as the styles ask for it


def main(data: Path, port: int, command: list[str]) -> None:
    """Start, look, stop, tell."""
    way, seen, url = WayOut(), Seen(), f"http://127.0.0.1:{port}"
    assert way.sees()
    env = {**os.environ, "YIPING_DATA": str(data), "PORT": str(port), "DEMO_DAYS": "0.1"}
    before = die_with_parent(signal.SIGTERM)
    product = subprocess.Popen(command, env=env, stdout=sys.stderr, preexec_fn=before)
    try:
        _look(seen, Client(url), product, data)
        seen.tried = list(way.tried())
        _browse(seen, url, data)
    finally:
        run = data / "run.json"
        if run.exists():
            os.kill(json.loads(run.read_text())["supervisor"], signal.SIGTERM)
        product.wait(30)
    print(json.dumps(asdict(seen)))


def _look(seen: Seen, client: Client, product: "subprocess.Popen[bytes]", data: Path) -> None:
    def is_ready() -> bool:
        if product.poll() is not None:
            raise SystemExit(f"the product ended with {product.returncode}")
        return client.get("/readyz").status == 200

    eventually(is_ready, START_S, every=0.2)
    for path in FOR_ALL:
        seen.answers[path] = client.get(path).status
    _sign_in(client, data)
    eventually(lambda: client.get("/live/screen").status == 200, 30)
    for path in ("/live/screen", *PAGES):
        seen.answers[path] = client.get(path, Accept="text/html").status


def _sign_in(client: Client, data: Path) -> None:
    accounts = json.loads((data / "demo-accounts.json").read_text())
    admin = next(a for a in accounts if a["role"] == "admin")
    assert client.login(admin["username"], admin["password"]).status in (302, 303)


def _browse(seen: Seen, url: str, data: Path) -> None:
    client = Client(url)
    _sign_in(client, data)
    path = program("Chromium", "chromium", "chromium", "chromium-browser", "google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        context = browser.new_context(bypass_csp=True)  # what the policy would stop counts, too
        context.on("request", lambda request: _note(seen, url, request.url))
        page = context.new_page()
        for address, painted in FOR_ALL.items():
            _open(seen, page, url, address, painted)
        context.add_cookies(
            [{"name": c.name, "value": c.value or "", "url": url} for c in client.cookies]
        )
        for address, painted in PAGES.items():
            _open(seen, page, url, address, painted)
            if address == "/screen":
                _look_at_letters(seen, page)
        browser.close()


def _open(seen: Seen, page: Page, url: str, address: str, painted: str) -> None:
    page.goto(url + address)
    page.wait_for_selector(painted)
    seen.outside += [a for a in page.evaluate(ASSETS) if not _is_ours(url, a)]


def _note(seen: Seen, url: str, asked: str) -> None:
    seen.asked += 1
    if not _is_ours(url, asked):
        seen.outside.append(asked)


def _is_ours(url: str, asked: str) -> bool:
    parts = urlsplit(asked)
    return parts.scheme in ("data", "blob", "about") or parts.netloc == urlsplit(url).netloc


def _look_at_letters(seen: Seen, page: Page) -> None:
    """Which fonts Chromium took for a name on the wall, of those that are asked for."""
    dom: Any = page.context.new_cdp_session(page)
    dom.send("DOM.enable")
    dom.send("CSS.enable")
    root = dom.send("DOM.getDocument")["root"]["nodeId"]
    found = dom.send("DOM.querySelector", {"nodeId": root, "selector": PAGES["/screen"]})
    used = dom.send("CSS.getPlatformFontsForNode", {"nodeId": found["nodeId"]})["fonts"]
    seen.fonts = [font["familyName"] for font in used]
    seen.stack = page.evaluate("getComputedStyle(document.body).fontFamily")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
