"""What a reader takes away: pictures with Chinese text intact, and pages on paper."""

import base64
import re
import zlib
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from domain.catalogue import Catalogue
from tests.browser.conftest import Visit
from tests.browser.feed import Feeder, mixed_city
from tests.conditions import eventually
from tests.fixtures.product import Stack
from tests.system.people import sign_in_new
from tests.web_client import Client

PNG = b"\x89PNG\r\n\x1a\n"
TOFU = "\U0010fffd"  # no font has it: what a machine without Chinese fonts would draw
HEAD_PX = 100  # of the picture: where its title stands
_PIXELS = """async ([address, top]) => {
  const image = new Image();
  image.src = address;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.width, image.height];
  const pen = canvas.getContext("2d", {willReadFrequently: true});
  pen.drawImage(image, 0, 0);
  const all = pen.getImageData(0, 0, image.width, image.height).data;
  const colours = new Set();
  for (let n = 0; n < all.length; n += 4) colours.add(all[n] << 16 | all[n + 1] << 8 | all[n + 2]);
  const head = pen.getImageData(0, 0, image.width, top).data;
  let mark = 0;
  for (const byte of head) mark = (mark * 31 + byte) >>> 0;
  return {width: image.width, height: image.height, colours: colours.size, head: mark};
}"""


@pytest.fixture(scope="module")
def reader(city: Stack, feeder: Feeder, catalogue: Catalogue) -> Client:
    """Somebody signed in, in a city with values."""
    feeder.post(mixed_city(catalogue))
    return sign_in_new(city, "browser.taker", "leader")


def taken(page: Page, heading: str, folder: Path) -> dict[str, Any]:
    """The picture that the page's button saves under a heading: its size and what is in it."""
    button = page.locator("[data-picture]").first
    button.evaluate("(node, text) => { node.dataset.heading = text; }", heading)
    with page.expect_download() as caught:
        button.click()
    path = folder / "picture.png"
    caught.value.save_as(path)
    raw = path.read_bytes()
    assert raw.startswith(PNG)
    address = "data:image/png;base64," + base64.b64encode(raw).decode()
    found: dict[str, Any] = page.evaluate(_PIXELS, [address, HEAD_PX])
    return {**found, "name": caught.value.suggested_filename}


def test_a_picture_holds_its_drawing_and_its_chinese_text(
    city: Stack, reader: Client, visit: Visit, tmp_path: Path
) -> None:
    page = visit(city, reader, 1440, 900).tab()
    page.goto(f"{city.url}/streets")
    page.wait_for_selector("#streets-map svg path")
    eventually(lambda: "20" in page.inner_text("#watermark-when"))
    box = page.locator("#streets-map svg:not(.street-inset)").bounding_box()
    assert box is not None
    one, other = taken(page, "街镇与功能区", tmp_path), taken(page, "站点饱和度", tmp_path)
    assert one["name"].startswith("街镇与功能区") and one["name"].endswith(".png")
    assert one["width"] >= 2 * 640 and one["height"] > 2 * box["height"]
    assert (one["width"], one["height"]) == (other["width"], other["height"])
    assert one["colours"] > 50, "not blank"
    assert one["head"] != other["head"], "different characters look different"
    boxes = [taken(page, TOFU * n, tmp_path)["head"] for n in (5, 6)]
    assert one["head"] not in boxes and other["head"] not in boxes
    again = taken(page, "街镇与功能区", tmp_path)
    assert again["head"] == one["head"], "the same characters look the same"


def sheets(raw: bytes) -> list[tuple[float, float]]:
    """Width and height of every sheet of a PDF, in points."""
    text = raw + b"".join(_streams(raw))
    found = re.findall(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)\s*\]", text)
    return [(float(width), float(height)) for width, height in found]


def _streams(raw: bytes) -> list[bytes]:
    found = []
    for body in re.findall(rb"stream\r?\n(.*?)endstream", raw, re.DOTALL):
        try:
            found.append(zlib.decompress(body))
        except zlib.error:
            continue
    return found


def test_a_page_on_paper(city: Stack, reader: Client, visit: Visit) -> None:
    page = visit(city, reader, 1440, 900, "dark").tab()
    page.goto(f"{city.url}/sources")
    page.wait_for_selector(".source-table")
    found = sheets(page.pdf(prefer_css_page_size=True))
    assert 1 < len(found) < 12
    assert all(width > height for width, height in found), "landscape"
    page.emulate_media(media="print", color_scheme="dark")
    style = page.evaluate(
        """() => ({
          page: getComputedStyle(document.body).getPropertyValue("--bg").trim(),
          head: getComputedStyle(document.querySelector(".source-table thead")).display,
          gone: [".desk-nav", ".choices", ".export-links"].map(
            (name) => getComputedStyle(document.querySelector(name)).display)})"""
    )
    assert style["page"] == "#fcfdfe", "paper is light, whatever the screen"
    assert style["head"] == "table-header-group", "repeated on every sheet"
    assert style["gone"] == ["none"] * 3
    line = page.locator("#watermark")
    assert "browser.taker" in line.inner_text()
