"""What the address of /signs asks for: filters, order, and how the signs are shown."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from dashboard.components.view import View
from domain.freshness import Freshness
from domain.sign import State

PATH = "/signs"
SHOWS = ("table", "charts")
SORTS = ("code", "name", "domain", "state", "gauge", "since", "owner")
"""Columns to sort by; `-` in front turns the order round. Without one the worst stand first."""
LONGEST = 40


@dataclass(frozen=True, slots=True)
class SignsQuestion:
    """Each part checked: what is not understood is not asked. Codes are checked for shape only."""

    domain: str | None = None
    goal: str | None = None
    state: str | None = None
    freshness: str | None = None
    department: str | None = None
    q: str | None = None  # part of a name or a code
    sort: str | None = None
    show: str | None = None
    view: View = field(default_factory=View)

    @classmethod
    def of(cls, given: object) -> "SignsQuestion":
        """From a query string or from what the browser has stored of one."""
        asked: Mapping[Any, Any] = given if isinstance(given, Mapping) else {}
        sort = _text(asked.get("sort"))
        return cls(
            domain=_text(asked.get("domain")),
            goal=_text(asked.get("goal")),
            state=_one_of(asked.get("state"), {s.value for s in State}),
            freshness=_one_of(asked.get("freshness"), {f.value for f in Freshness}),
            department=_text(asked.get("department")),
            q=_text(asked.get("q")),
            sort=sort if sort and sort.removeprefix("-") in SORTS and sort[:2] != "--" else None,
            show=_one_of(asked.get("show"), SHOWS[1:]),
            view=View.of(asked.get("lang"), asked.get("theme")),
        )

    def filters(self) -> dict[str, str | int | None]:
        """The part of the address that is not the view."""
        found = asdict(self)
        del found["view"]
        return found

    def href(self, **change: str | None) -> str:
        """The address with parts changed; None takes one away."""
        return self.view.href(PATH, **{**self.filters(), **change})


def _text(given: object) -> str | None:
    if not isinstance(given, str):
        return None
    text = given.strip()
    return text if 0 < len(text) <= LONGEST and text.isprintable() else None


def _one_of(given: object, known: Collection[str]) -> str | None:
    return given if isinstance(given, str) and given in known else None
