"""A city whose names are markup: every page shows them as text, with the CSP and without it.
And the copy of the product that carries this city comes back in another build."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Page

from data_access.catalogue.loader import load_catalogue_from
from domain.catalogue import Catalogue
from domain.sign import GRADED, State
from tests.browser.conftest import Visit
from tests.browser.feed import Feeder, mixed_city, quick_signs, reading, value_for
from tests.browser.planted import CITY, LONG, SHORT, copied_product, hostile_boundaries
from tests.browser.wall import Wall
from tests.conditions import eventually
from tests.fixtures.product import Stack, running
from tests.system.people import sign_in_new
from tests.web_client import Client

HEALED_S = 60.0


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the product."""
    return copied_product(tmp_path_factory.mktemp("product"))


@pytest.fixture(scope="module")
def planted(root: Path) -> Catalogue:
    return load_catalogue_from(root / "data_access" / "catalogue" / CITY)


@pytest.fixture(scope="module")
def stack(root: Path) -> Iterator[Stack]:
    with running(root=root, CITY=CITY, BOUNDARIES=str(hostile_boundaries(root))) as product:
        yield product


@pytest.fixture(scope="module")
def admin(stack: Stack) -> Client:
    return sign_in_new(stack, "planted.admin", "admin")


@pytest.fixture(scope="module")
def source(stack: Stack, planted: Catalogue) -> str:
    """A source that has fed the city, and sent rubbish."""
    feeder = Feeder(stack, planted.sources[0].code)
    feeder.post(mixed_city(planted))
    worst, street = quick_signs(planted)[0], planted.counted[0].code
    feeder.post([reading(worst, value_for(worst, State.ALARM), street)])
    feeder.refuse([{"sign": LONG, "source": feeder.source, LONG: LONG}, LONG, [LONG]])
    return feeder.source


def is_text(page: Page, *, also: str = LONG) -> None:
    """The payload is there to be read, and is nothing else."""
    assert also in page.inner_text("body")
    assert page.evaluate("window.planted ?? null") is None
    assert page.locator("img[src=x], s, [onerror]").count() == 0


@pytest.mark.parametrize("bypass_csp", [False, True], ids=["csp", "no-csp"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_wall(
    stack: Stack, admin: Client, source: str, visit: Visit, lang: str, bypass_csp: bool
) -> None:
    wall = Wall(visit(stack, admin, bypass_csp=bypass_csp).tab(), stack.url).open(f"?lang={lang}")
    wall.eventually(lambda w: w.page.locator("#wall .alert").count() > 1)
    for part in (".cell .name", ".alert .what", ".deductions .what", ".trend .what"):
        said = wall.page.locator(part).all_inner_texts()
        assert any(SHORT in text for text in said), part
    if lang == "zh":  # longer names than the map has room for are left out
        assert SHORT in "".join(wall.page.locator(".map-name").all_inner_texts())
    assert LONG in wall.text("#wall-top")  # the city, its goals and a level by name
    assert LONG in wall.text("#wall-map-foot")  # the licence of the boundaries
    assert LONG in (wall.page.locator(".cell").first.get_attribute("title") or "")
    is_text(wall.page)


@pytest.mark.parametrize("bypass_csp", [False, True], ids=["csp", "no-csp"])
@pytest.mark.parametrize(
    ("path", "painted"),
    [
        ("/sources", ".source-table"),
        ("/sources?source=SOURCE", ".quarantine-table"),
        ("/about", ".method-table"),
        ("/login", "form"),
    ],
)
def test_desks(
    stack: Stack,
    admin: Client,
    source: str,
    visit: Visit,
    path: str,
    painted: str,
    bypass_csp: bool,
) -> None:
    caller = None if path == "/login" else admin
    page = visit(stack, caller, bypass_csp=bypass_csp).tab()
    page.goto(stack.url + path.replace("SOURCE", source))
    page.wait_for_selector(painted)
    is_text(page)


def is_in(wall: Wall, code: str, state: State) -> bool:
    """Whether a cell is in a state."""
    return wall.cell(code).state == state


def test_a_new_build_reloads_the_page_once(
    stack: Stack, root: Path, admin: Client, source: str, planted: Catalogue, visit: Visit
) -> None:
    visitor = visit(stack, admin)
    wall = Wall(visitor.tab(), stack.url).open()
    loads: list[str] = []
    wall.page.on("load", lambda page: loads.append(page.url))
    built = wall.snapshot()["build"]
    stack.stop(timeout=20)
    with (root / "assets" / "css" / "screen.css").open("a", encoding="utf-8") as file:
        file.write("\n:root { --mended: 1; }\n")
    stack.start()
    mended = "getComputedStyle(document.documentElement).getPropertyValue('--mended')"
    eventually(lambda: wall.page.evaluate(mended) == "1", HEALED_S, every=0.2)
    wall.ready()
    assert wall.snapshot()["build"] != built
    sign = quick_signs(planted)[1]
    feeder = Feeder(stack, "build")
    for state in GRADED:  # life goes on, without a reload
        feeder.post([reading(sign, value_for(sign, state))])
        eventually(partial(is_in, wall, sign.code, state))
    assert len(loads) == 1
    visitor.forgive()
