"""What the address of /episodes asks for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dashboard.components.period import ALL, Period
from dashboard.components.view import View
from data_access.series.episodes import Key, Wanted
from domain.sign import GRADED
from domain.zone import Zone

PERIODS = (ALL, "today", "24h", "7d", "30d", "1y", "custom")
"""When an episode began; without one, whenever."""
COUNTS = "counts"  # what is shown instead of the list
SORTS = ("began", "sign", "held", "still", "spent", "longest", "median", "places")
"""Columns of the counts to sort by; `-` in front turns the order round. The first is the usual."""
LONGEST_CODE = 32
_KEY = re.compile(r"(\d{1,15})~([\w.-]{1,32})~([\w.-]{1,32})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Question:
    """Filters, the page and the view, each checked: what is not understood is not asked."""

    state: str | None = None
    period: str | None = None
    start: str | None = None  # of a period of one's own, local
    end: str | None = None
    sign: str | None = None
    place: str | None = None
    department: str | None = None
    show: str | None = None
    sort: str | None = None  # of the counts
    after: str | None = None  # the page that follows this episode
    before: str | None = None  # the page that leads up to it
    view: View = field(default_factory=View)

    @classmethod
    def of(cls, given: object) -> "Question":
        """From a query string or from what the browser has stored of one."""
        asked: Mapping[Any, Any] = given if isinstance(given, Mapping) else {}
        before = _token(asked.get("before"))
        period = _one_of(asked.get("period"), PERIODS[1:])
        own, sort = period == "custom", asked.get("sort")
        return cls(
            state=_one_of(asked.get("state"), [str(s) for s in GRADED]),
            period=period,
            start=_code(asked.get("from")) if own else None,
            end=_code(asked.get("to")) if own else None,
            sign=_code(asked.get("sign")),
            place=_code(asked.get("place")),
            department=_code(asked.get("department")),
            show=_one_of(asked.get("show"), (COUNTS,)),
            sort=_one_of(sort, [*SORTS[1:], *(f"-{name}" for name in SORTS)]),
            after=None if before else _token(asked.get("after")),
            before=before,
            view=View.of(asked.get("lang"), asked.get("theme")),
        )

    @property
    def counts(self) -> bool:
        """Whether episodes are counted, not listed."""
        return self.show == COUNTS

    def span(self, now_ms: int, zone: Zone) -> Period:
        """The period that is asked for; one of one's own that is not understood is none."""
        asked = {"period": self.period, "from": self.start, "to": self.end}
        return Period.of(asked, now_ms, zone, default=ALL)

    def wanted(self, now_ms: int, zone: Zone) -> Wanted:
        """The question to the store; codes that the catalogue does not know find nothing."""
        period = self.span(now_ms, zone)
        # what begins while the rows are read is for the next reader
        until = period.to_ms if period.name == "custom" else now_ms + 1
        return Wanted(
            sign=self.sign,
            place=self.place,
            department=self.department,
            state=self.state,
            from_ms=None if period.name == ALL else period.from_ms,
            to_ms=until,
        )

    def chosen(self) -> dict[str, str | int | None]:
        """The filters alone: whoever changes one begins at the first page again."""
        return {
            "state": self.state,
            "period": self.period,
            "from": self.start,
            "to": self.end,
            "sign": self.sign,
            "place": self.place,
            "department": self.department,
            "show": self.show,
            "sort": self.sort,
        }

    def filters(self) -> dict[str, str | int | None]:
        """The part of the address that is not the view."""
        return {**self.chosen(), "after": self.after, "before": self.before}

    def key(self, name: str) -> Key | None:
        """`after` or `before` as a key; None where the address has none."""
        return _key(getattr(self, name))


def token(key: Key) -> str:
    """A key as it stands in an address."""
    return "~".join(map(str, key))


def _key(text: str | None) -> Key | None:
    found = _KEY.fullmatch(text or "")
    return Key(int(found[1]), found[2], found[3]) if found else None


def _token(given: object) -> str | None:
    return given if isinstance(given, str) and _KEY.fullmatch(given) else None


def _code(given: object) -> str | None:
    fits = isinstance(given, str) and 0 < len(given) <= LONGEST_CODE and given.isprintable()
    return str(given) if fits else None


def _one_of(given: object, known: Any) -> str | None:
    return given if isinstance(given, str) and given in known else None
