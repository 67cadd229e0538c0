"""What the addresses of /streets and /street/<code> ask for."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from dashboard.components.picking import Codes, picked, written
from dashboard.components.units import unit_path
from dashboard.components.view import View
from dashboard.desks.street.street_standing import SHOWN_STATES
from domain.unit import PLACE

LONGEST_CODE = 32
SORTS = (
    *("name", "state", "index", "day", "week", "population", "area", "density"),
    *("alarm", "warning", "attention", "normal", "stale", "unknown"),
)
"""Columns to sort by; `-` in front turns the order round. Without one the official order holds."""


@dataclass(frozen=True, slots=True)
class ListQuestion:
    """Filters, order and view of the list, each checked: what is not understood is not asked."""

    kind: str | None = None
    state: str | None = None
    sort: str | None = None
    pick: Codes = ()  # on the map
    view: View = field(default_factory=View)

    @classmethod
    def of(cls, given: object, kinds: Collection[str]) -> "ListQuestion":
        """From a query string or from what the browser has stored of one; `kinds` of places."""
        asked = _mapping(given)
        sort = asked.get("sort")
        known = isinstance(sort, str) and sort.removeprefix("-") in SORTS and sort[:2] != "--"
        return cls(
            kind=_one_of(asked.get("kind"), kinds),
            state=_one_of(asked.get("state"), SHOWN_STATES),
            sort=sort if known else None,
            pick=picked(asked.get("pick")),
            view=View.of(asked.get("lang"), asked.get("theme")),
        )

    def filters(self) -> dict[str, str | int | None]:
        """The part of the address that is not the view."""
        return {
            "kind": self.kind,
            "state": self.state,
            "sort": self.sort,
            "pick": written(self.pick),
        }


@dataclass(frozen=True, slots=True)
class PlaceQuestion:
    """A place, the sign whose chart is asked for, and the committee that is pointed at.

    Codes are checked for their shape only; whether they exist is for the answer to say.
    """

    code: str = ""
    sign: str | None = None
    committee: str | None = None
    view: View = field(default_factory=View)

    @classmethod
    def of(cls, given: object) -> "PlaceQuestion":
        """From path variable and query string, or from what the browser has stored of them."""
        asked = _mapping(given)
        return cls(
            code=_code(asked.get("code")) or "",
            sign=_code(asked.get("sign")),
            committee=_code(asked.get("committee")),
            view=View.of(asked.get("lang"), asked.get("theme")),
        )

    @property
    def path(self) -> str:
        """The address without its query."""
        return unit_path(PLACE, self.code)

    def filters(self) -> dict[str, str | int | None]:
        """The part of the address that is neither path nor view."""
        return {"sign": self.sign, "committee": self.committee}


def _mapping(given: object) -> Mapping[Any, Any]:
    return given if isinstance(given, Mapping) else {}


def _one_of(given: object, known: Collection[str]) -> str | None:
    return given if isinstance(given, str) and given in known else None


def _code(given: object) -> str | None:
    if not isinstance(given, str) or not 0 < len(given) <= LONGEST_CODE:
        return None
    return given if given.isprintable() and "/" not in given else None
