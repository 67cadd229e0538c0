"""A base map under the wall's streets: asked for where that is allowed, its number shown."""

import re
import struct
import threading
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import cookies_of
from tests.browser.wall import Wall
from tests.fixtures.product import Stack, running
from tests.system.people import sign_in_new

NUMBER = "GS(2026)0001号"


def png() -> bytes:
    """One grey pixel."""
    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    body = zlib.compress(b"\x00\xcc")
    chunks = ((b"IHDR", head), (b"IDAT", body), (b"IEND", b""))
    packed = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


class Tiles(ThreadingHTTPServer):
    """A tile server on loopback that remembers what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        asked, pixel = self.asked, png()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.path)
                self.send_response(200)
                self.send_header("Content-Type", "image/png")
                self.send_header("Content-Length", str(len(pixel)))
                self.end_headers()
                self.wfile.write(pixel)

            def log_message(self, *_: object) -> None:
                return

        super().__init__(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()


@pytest.fixture
def tiles() -> Iterator[Tiles]:
    server = Tiles()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def stack(tiles: Tiles) -> Iterator[Stack]:
    address = f"{tiles.origin}/{{z}}/{{x}}/{{y}}.png"
    with running(MAP_TILES=address, MAP_APPROVAL_NO=NUMBER) as product:
        yield product


def test_tiles_are_asked_of_the_allowed_origin_and_the_number_is_shown(
    browser: Browser, stack: Stack, tiles: Tiles
) -> None:
    client = sign_in_new(stack, "map.leader", "leader")
    csp = client.get("/screen", Accept="text/html").headers["Content-Security-Policy"]
    (images,) = re.findall(r"img-src ([^;]*);", csp)
    assert images.split() == ["'self'", "data:", "blob:", tiles.origin]
    context = browser.new_context(viewport={"width": 1920, "height": 1080})
    context.add_cookies(cookies_of(client))  # type: ignore[arg-type]
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    wall = Wall(page, stack.url).open()
    loaded = "() => [...document.querySelectorAll('.leaflet-tile')].map((t) => t.naturalWidth)"
    sizes = wall.eventually(lambda w: w.page.evaluate(loaded))
    wall.eventually(lambda w: set(w.page.evaluate(loaded)) == {1})
    assert len(tiles.asked) >= len(sizes) > 0
    assert all(re.fullmatch(r"/\d+/\d+/\d+\.png", path) for path in tiles.asked)
    assert f"审图号：{NUMBER}" in wall.text("#wall-map-foot")
    # the policy holds for every other address
    other = "(url) => new Promise((done) => { const i = new Image(); i.onload = () => done(true);"
    other += " i.onerror = () => done(false); i.src = url; })"
    elsewhere = tiles.origin.replace("127.0.0.1", "localhost")
    assert page.evaluate(other, f"{tiles.origin}/0/0/0.png") is True
    assert page.evaluate(other, f"{elsewhere}/0/0/0.png") is False
    assert any("img-src" in line for line in said)
    context.close()
