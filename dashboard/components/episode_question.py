"""What the address of /episodes asks for."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from dashboard.components.view import View
from data_access.episodes import Key, Wanted
from domain.catalogue import Catalogue
from domain.clock import DAY_MS
from domain.sign import GRADED

PERIODS = {"24h": DAY_MS, "7d": 7 * DAY_MS, "30d": 30 * DAY_MS, "1y": 365 * DAY_MS}
"""How long ago an episode may have begun; without one, the whole history."""
LONGEST_CODE = 32
_KEY = re.compile(r"(\d{1,15})~([\w.-]{1,32})~([\w.-]{1,32})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Question:
    """Filters, the page and the view, each checked: what is not understood is not asked."""

    state: str | None = None
    period: str | None = None
    sign: str | None = None
    place: str | None = None
    department: str | None = None
    after: str | None = None  # the page that follows this episode
    before: str | None = None  # the page that leads up to it
    view: View = field(default_factory=View)

    @classmethod
    def of(cls, given: object) -> "Question":
        """From a query string or from what the browser has stored of one."""
        asked: Mapping[Any, Any] = given if isinstance(given, Mapping) else {}
        before = _token(asked.get("before"))
        return cls(
            state=_one_of(asked.get("state"), [str(s) for s in GRADED]),
            period=_one_of(asked.get("period"), PERIODS),
            sign=_code(asked.get("sign")),
            place=_code(asked.get("place")),
            department=_code(asked.get("department")),
            after=None if before else _token(asked.get("after")),
            before=before,
            view=View.of(asked.get("lang"), asked.get("theme")),
        )

    def wanted(self, catalogue: Catalogue, now_ms: int) -> Wanted:
        """The question to the store; codes that the catalogue does not know find nothing."""
        whole = None if self.period is None else PERIODS[self.period]
        return Wanted(
            sign=self.sign,
            place=self.place,
            department=self.department,
            state=self.state,
            from_ms=None if whole is None else now_ms - whole,
            to_ms=now_ms + 1,  # what begins while the rows are read is for the next reader
        )

    def chosen(self) -> dict[str, str | int | None]:
        """The filters alone: whoever changes one begins at the first page again."""
        names = ("state", "period", "sign", "place", "department")
        return {name: getattr(self, name) for name in names}

    def filters(self) -> dict[str, str | int | None]:
        """The part of the address that is not the view."""
        return {**self.chosen(), "after": self.after, "before": self.before}

    def stored(self) -> dict[str, Any]:
        """For the browser to keep and to send back."""
        return {**self.filters(), **asdict(self.view)}

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
