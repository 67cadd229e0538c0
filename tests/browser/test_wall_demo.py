"""The demonstration city on the wall: it looks alive, fits, and says what it is."""

import pytest

from domain.catalogue import Catalogue
from tests.browser.conftest import Visit
from tests.browser.oracle import Words
from tests.browser.wall import Wall
from tests.fixtures.product import Stack

WALLS = [(1920, 1080, "zh"), (1920, 1080, "en"), (3840, 1080, "zh"), (5760, 1080, "en")]


@pytest.mark.parametrize(("width", "height", "lang"), WALLS)
def test_it_fits_and_says_what_it_is(
    demo_app: Stack, catalogue: Catalogue, visit: Visit, width: int, height: int, lang: str
) -> None:
    visitor = visit(demo_app, demo_app.login("leader"), width, height)
    wall = Wall(visitor.tab(), demo_app.url).open(f"?lang={lang}")
    wall.eventually(
        lambda w: sum(c.freshness == "live" for c in w.cells().values()) > 90, timeout=60
    )
    badge = wall.page.locator("#wall-top .badge-demo")
    assert badge.is_visible() and badge.inner_text() == Words(lang)["wall.demo"]
    assert all(sign["demo"] for sign in wall.snapshot()["signs"] if sign["value"] is not None)
    assert set(wall.streets()) == {street.code for street in catalogue.counted}
    faults = wall.look()
    assert not faults, "\n".join(faults)
