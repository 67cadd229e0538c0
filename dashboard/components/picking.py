"""A selection made on a map or a chart: it stands in the address and filters the table beside it.

Marks that can be picked are links that change `pick` in the address: a click picks, another one
takes back, several may be picked. Each carries a `data-key`, by which the focus finds it again
although its address has changed.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple

from dashboard.components.light import Node, el
from dashboard.components.view import View

MOST = 60  # codes in an address
LONGEST = 32

Codes = tuple[str, ...]


def picked(given: object) -> Codes:
    """The codes in `pick=a,b` of an address, ascending; what has not their shape is left out."""
    if not isinstance(given, str):
        return ()
    parts = given.split(",")[: 2 * MOST]
    return tuple(sorted({part for part in parts if _is_code(part)})[:MOST])


def written(codes: Collection[str]) -> str | None:
    """The same for an address; None when nothing is picked."""
    return ",".join(sorted(codes)) or None


def toggled(codes: Collection[str], code: str) -> str | None:
    """The selection with one more, or without it where it was picked."""
    return written(set(codes) ^ {code})


def known(codes: Codes, there: Collection[str]) -> Codes:
    """What of a selection exists: whoever picked nothing that does has picked nothing."""
    return tuple(code for code in codes if code in there)


class Picking(NamedTuple):
    """What is picked on a map or in a chart, and how to pick."""

    view: View
    codes: Codes
    href: Callable[[str | None], str]  # the address with another selection

    def link(self, mark: Node, name: str, code: str) -> Node:
        """A mark that picks `code`, named for who does not see it."""
        chosen = code in self.codes
        return el(
            "a",
            mark,
            href=self.href(toggled(self.codes, code)),
            aria_label=self.view.text("pick.remove" if chosen else "pick.add", name=name),
            aria_current="true" if chosen else None,
            data_stay="",
            data_key=f"pick-{code}",
        )

    def quiet_link(self, mark: Node, code: str) -> Node:
        """The same for a mark that is there a second time: one stop of the keyboard is enough."""
        href = self.href(toggled(self.codes, code))
        return el("a", mark, href=href, tabindex="-1", aria_hidden="true", data_stay="")


def pick_bar(picking: Picking, names: Mapping[str, str], hint: str) -> Node:
    """已选 … 清除, each name taking itself back; `hint` where nothing is picked."""
    view, codes, href = picking
    if not codes:
        return el("p", hint, cls="pick-bar")
    one_by_one = [
        el(
            "a",
            names.get(code, code),
            el("span", "\N{MULTIPLICATION SIGN}", aria_hidden="true"),
            href=href(toggled(codes, code)),
            title=view.text("pick.remove", name=names.get(code, code)),
            data_stay="",
        )
        for code in codes
    ]
    clear = el("a", view.text("pick.clear"), href=href(None), cls="pick-clear", data_stay="")
    said = el("b", view.text("pick.said", n=len(codes)))
    return el("p", said, *one_by_one, clear, cls="pick-bar")


def said_names(view: View, names: Mapping[str, str], codes: Sequence[str]) -> str | None:
    """The selection in words, for an export; None when there is none."""
    if not codes:
        return None
    return view.text("rankings.join").join(names.get(code, code) for code in codes)


def _is_code(text: str) -> bool:
    fits = 0 < len(text) <= LONGEST and text.isascii()
    return fits and text.replace("-", "").replace(".", "").isalnum()
