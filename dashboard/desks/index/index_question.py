"""What the address of /index asks for: the period of the course, and how it is looked at."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dashboard.components.period import Period
from dashboard.components.view import View
from domain.zone import Zone

PATH = "/index"
PERIODS = ("24h", "7d", "30d")


@dataclass(frozen=True, slots=True)
class IndexQuestion:
    """A period and a view; what is not understood is not asked."""

    period: str = PERIODS[0]
    view: View = field(default_factory=View)

    @classmethod
    def of(cls, given: object) -> "IndexQuestion":
        """From a query string or from what the browser has stored of one."""
        asked: Mapping[Any, Any] = given if isinstance(given, Mapping) else {}
        name = asked.get("period")
        period = name if isinstance(name, str) and name in PERIODS else PERIODS[0]
        return cls(period, View.of(asked.get("lang"), asked.get("theme")))

    def filters(self) -> dict[str, str | int | None]:
        """The part of the address that is not the view; the default is left out."""
        return {"period": None if self.period == PERIODS[0] else self.period}

    def span(self, now_ms: int, zone: Zone) -> Period:
        """The period at an instant."""
        return Period.of({"period": self.period}, now_ms, zone)
