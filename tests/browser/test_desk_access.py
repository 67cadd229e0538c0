"""What axe-core says of the desks' pages: nothing serious, on any of them."""

from importlib.resources import files

import pytest

from domain.catalogue import Catalogue
from tests.browser.conftest import Visit
from tests.browser.feed import Feeder, mixed_city
from tests.fixtures.product import Stack
from tests.system.people import sign_in_new

_AUDIT = """() => axe.run(document).then(found => ({checks: found.passes.length,
  bad: found.violations.filter(v => ["serious", "critical"].includes(v.impact))
    .map(v => [v.id, v.nodes.length, v.nodes[0].html])}))"""


@pytest.fixture(scope="module")
def fed(feeder: Feeder, catalogue: Catalogue) -> None:
    """A little of everything has been reported."""
    feeder.post(mixed_city(catalogue))


@pytest.mark.usefixtures("fed")
def test_no_desk_page_has_a_serious_fault(city: Stack, visit: Visit, catalogue: Catalogue) -> None:
    operator = sign_in_new(city, "browser.axe", "operator")
    page = visit(city, operator, 1440, 900, bypass_csp=True).tab()
    axe = (files("axe_playwright_python") / "axe.min.js").read_text()
    street, sign = catalogue.counted[0].code, catalogue.signs[0]
    for path in (
        "/index",
        "/signs",
        f"/sign/{sign.code}",
        "/streets",
        f"/street/{street}",
        f"/rankings?of=streets&receipt={street}",
        f"/department/{sign.department}",
        "/episodes",
        "/sources",
        "/reports",
        "/about",
    ):
        page.goto(city.url + path)
        page.wait_for_function("!document.querySelector('.until-painted')?.offsetHeight")
        page.locator("#main h1").first.wait_for()
        page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
        page.evaluate(axe)
        found = page.evaluate(_AUDIT)
        assert found["bad"] == [], path
        assert found["checks"] > 20, path
