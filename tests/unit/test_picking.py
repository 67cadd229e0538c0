"""What stands in `pick` of an address, and what becomes of it."""

import pytest

from dashboard.components.picking import MOST, Picking, known, pick_bar, picked, toggled, written
from dashboard.components.view import View


@pytest.mark.parametrize(
    ("given", "codes"),
    [
        ("310115005", ("310115005",)),
        ("b,a,b", ("a", "b")),
        ("health-commission,FAC-13", ("FAC-13", "health-commission")),
        ("", ()),
        (None, ()),
        (["a"], ()),
        ("a b,<i>,../x,\u4e00,\x00,", ()),
        ("x" * 33, ()),
    ],
)
def test_codes_by_their_shape(given: object, codes: tuple[str, ...]) -> None:
    assert picked(given) == codes


def test_an_address_holds_so_many_and_no_more() -> None:
    many = picked(",".join(str(n) for n in range(100_000)))
    assert 0 < len(many) <= MOST


def test_a_click_adds_and_the_next_one_takes_back() -> None:
    once = toggled((), "b")
    twice = toggled(picked(once), "a")
    assert (once, twice) == ("b", "a,b")
    assert toggled(picked(twice), "b") == "a" and toggled(("a",), "a") is None
    assert written(()) is None


def test_what_does_not_exist_is_not_picked() -> None:
    assert known(("a", "x"), {"a", "b"}) == ("a",) and known(("x",), {"a"}) == ()


def test_the_bar_names_what_is_picked_and_clears_it() -> None:
    def href(pick: str | None) -> str:
        return f"/p?pick={pick}"

    bar = pick_bar(Picking(View("en"), ("a", "b"), href), {"a": "Alpha", "b": "Beta"}, "hint")
    links = {child[2]: child[1]["href"] for child in bar[2:] if child[0] == "a"}
    assert links == {"Alpha": "/p?pick=b", "Beta": "/p?pick=a", "Clear": "/p?pick=None"}
    assert bar[2][2] == "2 selected"
    assert pick_bar(Picking(View("en"), (), href), {}, "hint")[2:] == ["hint"]
