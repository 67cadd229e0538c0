"""What the address of /reports asks for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dashboard.components.view import View
from data_access.public.reports import HANDLED, OPEN

SHOWN = (OPEN, HANDLED)


@dataclass(frozen=True, slots=True)
class Question:
    """The filter and the view, each checked; `show` is None for all reports."""

    show: str | None = None
    view: View = field(default_factory=View)

    @classmethod
    def of(cls, given: object) -> "Question":
        """From a query string or from what the browser has stored of one."""
        asked: Mapping[Any, Any] = given if isinstance(given, Mapping) else {}
        show = asked.get("show")
        known = isinstance(show, str) and show in SHOWN
        return cls(show if known else None, View.of(asked.get("lang"), asked.get("theme")))

    def filters(self) -> dict[str, str | int | None]:
        """The part of the address that is not the view."""
        return {"show": self.show}
