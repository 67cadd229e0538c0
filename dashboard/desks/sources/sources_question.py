"""What the address of /sources asks for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dashboard.components.view import View
from dashboard.desks.sources.source_list import STANDINGS

LONGEST_CODE = 64
LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Question:
    """Filters and view, each checked: what is not understood is not asked."""

    freshness: str | None = None
    source: str | None = None
    before: int | None = None  # rows of the quarantine older than this id
    view: View = field(default_factory=View)

    @classmethod
    def of(cls, given: object) -> "Question":
        """From a query string or from what the browser has stored of one."""
        asked: Mapping[Any, Any] = given if isinstance(given, Mapping) else {}
        freshness, source = asked.get("freshness"), asked.get("source")
        known = isinstance(freshness, str) and freshness in STANDINGS
        code = source if isinstance(source, str) and 0 < len(source) <= LONGEST_CODE else None
        return cls(
            freshness=freshness if known else None,
            source=code,
            before=_id(asked.get("before")) if code else None,
            view=View.of(asked.get("lang"), asked.get("theme")),
        )

    def filters(self) -> dict[str, str | int | None]:
        """The part of the address that is not the view."""
        return {"freshness": self.freshness, "source": self.source, "before": self.before}


def _id(given: object) -> int | None:
    text = str(given) if isinstance(given, (int, str)) and not isinstance(given, bool) else ""
    if not (text.isascii() and text.isdigit() and len(text) <= 19):
        return None
    return min(int(text), LARGEST_ID)
