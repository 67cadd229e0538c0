"""Names as long as `city lint` admits, on a phone: whole, apart, and no page scrolls sideways."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from data_access.catalogue.loader import load_catalogue_from
from domain.catalogue import Catalogue
from tests.browser.audit import looked_at
from tests.browser.conftest import Visit
from tests.browser.feed import Feeder, mixed_city
from tests.browser.planted import copied_product, rewrite
from tests.fixtures.product import Stack, running
from tests.system.people import sign_in_new
from tests.web_client import Client

CITY = "longest"
NAME_ZH, NAME_EN, SHORT = 60, 120, 16  # what data_access/catalogue admits
FILL_ZH = "以检验版面是否仍然可读且没有重叠与裁切也不会横向滚动"
FILL_EN = " of an extraordinarily long and interdepartmental administration"
PAGES = {
    "/index": ".index-page:has(.index-rule):has(.sign-chart svg)",
    "/signs": "#signs-body table",
    "/sign/FAC-13?street=310115005": "#sign-head h1",
    "/streets": ".street-table",
    "/street/310115005": ".street-grid",
    "/rankings": ".rank-table",
    "/episodes": ".episode-fields",
    "/sources": ".source-table",
}


def names(cells: dict[str, str], number: int) -> None:
    """Every second English name is one word that cannot be broken at a blank."""
    english = cells["name_en"] + FILL_EN * 3
    if number % 2:
        english = english.replace(" ", "").ljust(NAME_EN, "x")
    cells["name_en"] = english[:NAME_EN].rstrip()
    cells["name_zh"] = (cells["name_zh"] + FILL_ZH * 3)[:NAME_ZH]


def sign(cells: dict[str, str], number: int) -> None:
    names(cells, number)
    cells["short_zh"] = (cells["short_zh"] + FILL_ZH)[:6] + chr(0x4E00 + number)
    cells["short_en"] = (cells["short_en"] + FILL_EN)[: SHORT - 3] + f"{number:03d}"


def place(cells: dict[str, str], number: int) -> None:
    names(cells, number)
    cells["short_zh"] = (cells["short_zh"] + FILL_ZH)[:5] + chr(0x4E00 + number)


def plant(catalogues: Path) -> None:
    city = catalogues / CITY
    shutil.copytree(catalogues / "pudong", city)
    rewrite(city / "vital_signs.csv", sign)
    for name in ("streets.csv", "departments.csv"):
        rewrite(city / name, place)
    rewrite(city / "sources.csv", names)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied_product(tmp_path_factory.mktemp("product"), plant)


@pytest.fixture(scope="module")
def longest(root: Path) -> Catalogue:
    return load_catalogue_from(root / "data_access" / "catalogue" / CITY)


@pytest.fixture(scope="module")
def stack(root: Path, longest: Catalogue) -> Iterator[Stack]:
    with running(root=root, CITY=CITY) as product:
        Feeder(product, longest.sources[0].code).post(mixed_city(longest))
        yield product


@pytest.fixture(scope="module")
def operator(stack: Stack) -> Client:
    return sign_in_new(stack, "long.operator", "operator")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_longest_names_on_a_phone(
    stack: Stack, operator: Client, longest: Catalogue, visit: Visit, lang: str
) -> None:
    assert {len(s.name.zh) for s in longest.signs} == {NAME_ZH}
    assert max(len(s.name.en) for s in longest.streets) == NAME_EN
    page = visit(stack, operator, 390, 844).tab()
    faults = []
    for path, painted in PAGES.items():
        faults += [f"{path}: {fault}" for fault in looked_at(page, stack.url, path, painted, lang)]
    assert not faults, "\n".join(faults)
