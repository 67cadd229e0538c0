"""/about: its numbers are those of the rules and of the catalogue."""

import re
from collections import Counter

import pytest

from domain.actor import Role
from domain.sign import State
from tests.web.site import Site


@pytest.fixture(scope="module", params=["zh", "en"])
def text(shared_site: Site, request: pytest.FixtureRequest) -> str:
    return shared_site.person(Role.LEADER).route("/about", f"?lang={request.param}").text


def test_the_city_in_counts(shared_site: Site, text: str) -> None:
    city = shared_site.services.catalogue
    for count in (len(city.signs), len(city.counted), len(city.sources), len(city.departments)):
        assert re.search(rf"\b{count}\b", text), count
    assert city.version in text


def test_the_deductions_and_their_example(shared_site: Site, text: str) -> None:
    (weights,) = shared_site.services.catalogue.weights
    assert weights.valid_from in text
    for state in (State.ATTENTION, State.WARNING, State.ALARM):
        assert f'"children":"{weights.of(state):g}"' in text
    assert "100 − 6 × 0.25 − 3 × 0.75 − 1 × 2 = 94.25" in text


def test_what_is_fact_and_what_is_assumed_adds_up(shared_site: Site, text: str) -> None:
    signs = shared_site.services.catalogue.signs
    for count in Counter(sign.basis_type for sign in signs).values():
        assert f'"children":"{count}"' in text
    for rule in Counter(sign.rule for sign in signs).values():
        assert f'"children":"{rule}"' in text


def test_it_says_whether_this_is_a_demonstration(text: str) -> None:
    assert "不产生演示数据" in text or "produces no demonstration data" in text
