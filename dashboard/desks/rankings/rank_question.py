"""What the addresses of /rankings and /department/<code> ask for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dashboard.components.period import Period
from dashboard.components.picking import Codes, picked, written
from dashboard.components.units import unit_path
from dashboard.components.view import View
from dashboard.desks.rankings.rank_table import SORTS
from data_access.scoring.measure import PERIODS
from domain.unit import DEPARTMENT
from domain.zone import Zone

PATH = "/rankings"
DEFAULT_PERIOD = "7d"
LONGEST = 32

_WORD = re.compile(r"[a-z][a-z0-9-]{0,31}")

Query = Mapping[str, str | int | None]


@dataclass(frozen=True, slots=True)
class Question:
    """Group, measure, period, order, open receipt and view; what is not understood is not asked.

    Codes are checked for their shape only; what the city has for them is `standings.asked`.
    """

    of: str = ""  # the group of peers; "": the first
    kind: str = ""  # the part of the group; "": its first
    measure: str = ""  # "": what the group is ranked by unasked
    sort: str = "rank"
    receipt: str | None = None
    pick: Codes = ()  # in the column of places
    span: tuple[str | None, str | None, str | None] = (None, None, None)  # period, from, to
    view: View = field(default_factory=View)

    @classmethod
    def of_address(cls, given: object) -> "Question":
        """From a query string or from what the browser has stored of one."""
        asked = given if isinstance(given, Mapping) else {}
        sort = asked.get("sort")
        known = isinstance(sort, str) and sort.removeprefix("-") in SORTS and sort[:2] != "--"
        return cls(
            of=_word(asked.get("of")),
            kind=_word(asked.get("kind")),
            measure=_code(asked.get("measure")) or "",
            sort=sort if isinstance(sort, str) and known else "rank",
            receipt=_code(asked.get("receipt")),
            pick=picked(asked.get("pick")),
            span=_span(asked),
            view=View.of(asked.get("lang"), asked.get("theme")),
        )

    def period(self, now_ms: int, zone: Zone) -> Period:
        """The period that is asked for; custom ones end by `now_ms` at the latest."""
        return period_of(self.span, now_ms, zone)

    def filters(self) -> dict[str, str | int | None]:
        """The part of the address that is not the view; what is usual is left out."""
        name, start, end = self.span
        return {
            "of": self.of or None,
            "kind": self.kind or None,
            "measure": self.measure or None,
            "period": name,
            "from": start,
            "to": end,
            "sort": self.sort if self.sort != "rank" else None,
            "receipt": self.receipt,
            "pick": written(self.pick),
        }

    def href(self, **changed: str | int | None) -> str:
        """The address of the same page with some filters changed."""
        return self.view.href(PATH, **{**self.filters(), **changed})


@dataclass(frozen=True, slots=True)
class DepartmentQuestion:
    """One department and a period."""

    code: str = ""
    span: tuple[str | None, str | None, str | None] = (None, None, None)
    view: View = field(default_factory=View)

    @classmethod
    def of_address(cls, given: object) -> "DepartmentQuestion":
        """From path variable and query string, or from what the browser has stored of them."""
        asked = given if isinstance(given, Mapping) else {}
        view = View.of(asked.get("lang"), asked.get("theme"))
        return cls(_code(asked.get("code")) or "", _span(asked), view)

    @property
    def path(self) -> str:
        """The address without its query."""
        return unit_path(DEPARTMENT, self.code)

    def period(self, now_ms: int, zone: Zone) -> Period:
        """The period that is asked for."""
        return period_of(self.span, now_ms, zone)

    def filters(self) -> dict[str, str | int | None]:
        """The part of the address that is neither path nor view."""
        name, start, end = self.span
        return {"period": name, "from": start, "to": end}


def period_of(span: tuple[str | None, str | None, str | None], now_ms: int, zone: Zone) -> Period:
    """A period from its three words in an address; the usual one where they say nothing."""
    name, start, end = span
    asked = {"period": name, "from": start, "to": end}
    return Period.of(asked, now_ms, zone, DEFAULT_PERIOD)


def _span(asked: Mapping[Any, Any]) -> tuple[str | None, str | None, str | None]:
    name = asked.get("period")
    if not isinstance(name, str) or name not in PERIODS or name == DEFAULT_PERIOD:
        return None, None, None
    if name != "custom":
        return name, None, None
    return name, _instant(asked.get("from")), _instant(asked.get("to"))


def _word(given: object) -> str:
    return given if isinstance(given, str) and _WORD.fullmatch(given) else ""


def _instant(given: object) -> str | None:
    return given if isinstance(given, str) and 0 < len(given) <= len("2026-11-23T18:42") else None


def _code(given: object) -> str | None:
    if not isinstance(given, str) or not 0 < len(given) <= LONGEST:
        return None
    return given if given.isascii() and given.replace("-", "").isalnum() else None
