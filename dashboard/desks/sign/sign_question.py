"""What the address of /sign/<code> asks for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dashboard.components.period import NAMES, Period
from dashboard.components.picking import Codes, picked, written
from dashboard.components.units import sign_path
from dashboard.components.view import View
from domain.zone import Zone

LONGEST_CODE = 32
PERIODS = ("24h", "7d", "30d", "1y", "custom")


@dataclass(frozen=True, slots=True)
class SignQuestion:
    """A sign, the street it is looked at (None: the district), and the period of its course.

    Codes are checked for their shape only; whether they exist is for the answer to say.
    """

    code: str = ""
    street: str | None = None
    period: str = "24h"
    start: str | None = None  # of a custom period, local
    end: str | None = None
    pick: Codes = ()  # on the map of streets
    view: View = field(default_factory=View)

    @classmethod
    def of(cls, given: object) -> "SignQuestion":
        """From a query string or from what the browser has stored of one."""
        asked: Mapping[Any, Any] = given if isinstance(given, Mapping) else {}
        name = asked.get("period")
        period = name if isinstance(name, str) and name in NAMES else "24h"
        own = period == "custom"
        return cls(
            code=_code(asked.get("code")) or "",
            street=_code(asked.get("street")),
            period=period,
            start=_code(asked.get("from")) if own else None,
            end=_code(asked.get("to")) if own else None,
            pick=picked(asked.get("pick")),
            view=View.of(asked.get("lang"), asked.get("theme")),
        )

    @property
    def path(self) -> str:
        """The page's path."""
        return sign_path(self.code)

    def filters(self) -> dict[str, str | int | None]:
        """The part of the address that is not the view; what is the default is left out."""
        return {
            "street": self.street,
            "period": None if self.period == "24h" else self.period,
            "from": self.start,
            "to": self.end,
            "pick": written(self.pick),
        }

    def picking(self, pick: str | None) -> str:
        """The same with another selection on the map."""
        return self.view.href(self.path, **{**self.filters(), "pick": pick})

    def at(self, street: str | None) -> str:
        """The same sign and period at another street, or at the district (None)."""
        return self.view.href(self.path, **{**self.filters(), "street": street})

    def span(self, now_ms: int, zone: Zone) -> Period:
        """The period at an instant."""
        return Period.of({**self.filters(), "period": self.period}, now_ms, zone)


def _code(given: object) -> str | None:
    if not isinstance(given, str) or not 0 < len(given) <= LONGEST_CODE:
        return None
    return given if given.isprintable() else None
