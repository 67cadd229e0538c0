"""What the address of /audit asks for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dashboard.components.period import Period
from dashboard.components.view import View
from data_access.accounts.audit import Key, Result, Wanted
from domain.text import one_line
from domain.zone import Zone

PATH = "/audit"
ACTIONS = (
    *("login", "login.throttled", "logout", "export", "screen.open", "screen.switch"),
    *("denied.anonymous", "denied.api", "denied.callback", "denied.cross-site", "denied.csrf"),
    *("denied.department", "denied.episodes", "denied.export", "denied.note", "denied.page"),
    *("denied.quarantine", "denied.receipt", "denied.route", "denied.screen-key", "denied.view"),
    *("note.add", "note.withdraw", "report.handle", "correction.add"),
    *("user.add", "user.password", "user.disable", "user.enable", "key.add", "key.revoke"),
    *("source.retire", "source.restore", "batch.undigested"),
)
LONGEST_WHO = 80
_KEY = re.compile(r"(\d{1,15})~(\d{1,18})", re.ASCII)
_PERIOD = ("period", "from", "to")


@dataclass(frozen=True, slots=True)
class Question:
    """Filters, page and view, each checked: what is not understood is not asked."""

    action: str | None = None
    who: str | None = None
    result: str | None = None
    before: str | None = None
    span: tuple[tuple[str, str], ...] = ()  # period, from, to as the address has them
    view: View = field(default_factory=View)

    @classmethod
    def of(cls, given: object) -> "Question":
        """From a query string or from what the browser has stored of one."""
        asked: Mapping[Any, Any] = given if isinstance(given, Mapping) else {}
        action, who, before = (asked.get(name) for name in ("action", "who", "before"))
        result = asked.get("result")
        span = [(name, asked.get(name)) for name in _PERIOD]
        return cls(
            action=action if action in ACTIONS else None,
            who=one_line(who)[:LONGEST_WHO] or None if isinstance(who, str) else None,
            result=result if result in list(Result) else None,
            before=before if isinstance(before, str) and _KEY.fullmatch(before) else None,
            span=tuple((n, v) for n, v in span if isinstance(v, str) and len(v) <= 20),
            view=View.of(asked.get("lang"), asked.get("theme")),
        )

    def period(self, now_ms: int, zone: Zone) -> Period:
        """The days that it looks at; a week unless the address says otherwise."""
        return Period.of(dict(self.span), now_ms, zone, "7d")

    def wanted(self, now_ms: int, zone: Zone) -> Wanted:
        """The question to the store."""
        period = self.period(now_ms, zone)
        # a rolling period ends with the last whole minute: what happened since belongs to it
        end = period.to_ms if period.name == "custom" else now_ms + 1
        return Wanted(period.from_ms, end, self.action, self.who, self.result)

    def key(self) -> Key | None:
        """The row that the page begins behind."""
        found = _KEY.fullmatch(self.before or "")
        return (int(found[1]), int(found[2])) if found else None

    def chosen(self) -> dict[str, str | int | None]:
        """The filters alone: whoever changes one begins at the first page again."""
        return {"action": self.action, "who": self.who, "result": self.result, **dict(self.span)}

    def filters(self) -> dict[str, str | int | None]:
        """The part of the address that is not the view."""
        return {**self.chosen(), "before": self.before}
