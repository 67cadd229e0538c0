"""A city from which nothing has come yet: dashes, and never a zero."""

import re
from collections.abc import Iterator

import pytest

from data_access.catalogue.loader import load_catalogue
from domain.catalogue import Catalogue
from tests.browser.conftest import Visit
from tests.browser.wall import Wall
from tests.fixtures.product import Stack, running
from tests.system.people import sign_in_new
from tests.web_client import Client

DASH = "—"


@pytest.fixture(scope="module", params=["pudong", "pingshan"])
def empty(request: pytest.FixtureRequest) -> Iterator[tuple[Stack, Catalogue, Client]]:
    """A product that has never had a reading, of either city."""
    with running(CITY=request.param) as stack:
        yield stack, load_catalogue(request.param), sign_in_new(stack, "first", "leader")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_is_shown_as_nothing(
    empty: tuple[Stack, Catalogue, Client], visit: Visit, lang: str
) -> None:
    stack, catalogue, client = empty
    wall = Wall(visit(stack, client).tab(), stack.url).open(f"?lang={lang}")
    cells = wall.cells()
    assert set(cells) == set(catalogue.sign)
    assert {c.value for c in cells.values()} == {DASH}
    assert {(c.state, c.mark, c.freshness) for c in cells.values()} == {
        ("unknown", "unknown", "never")
    }
    assert wall.streets() == {street.code: "unknown" for street in catalogue.counted}
    assert wall.text("#wall-index .big").strip() == DASH
    assert {g.strip() for g in wall.page.locator(".goal .figure").all_inner_texts()} == {DASH}
    assert {h.strip() for h in wall.page.locator(".panel .head .figure").all_inner_texts()} == {
        DASH
    }
    figures = ".cell .value, .score, .figure, .now-value, .deductions, .lowest, .alerts"
    said = wall.page.locator(figures).all_inner_texts()
    assert len(said) > len(cells) and not [text for text in said if re.search(r"[1-9]", text)]
    assert wall.page.locator("#wall .alert").count() == 0
    assert wall.page.locator("#wall .spark[d]:not([d=''])").count() == 0
    faults = wall.look()
    assert not faults, "\n".join(faults)
