"""The span of time that a page looks at: chosen in the address, compared with spans before it.

Every span ends at an instant that is given, so a page is a function of its address and the clock.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from dashboard.components.light import Node, el
from dashboard.components.view import View
from domain.clock import DAY_MS, HOUR_MS, MINUTE_MS, slot_start
from domain.span import days_over
from domain.zone import Zone

DAYS = {"7d": 7, "28d": 28, "30d": 30, "1y": 365}  # by local clocks; 24 hours are 24 hours
ALL = "all"  # since the beginning; only where a page offers it, and there its address is empty
NAMES = ("24h", *DAYS, "today", "month", "custom")
LONGEST_MS = 3660 * DAY_MS
_INSTANT = re.compile(r"20\d\d-[01]\d-[0-3]\d(T[0-2]\d:[0-5]\d)?", re.ASCII)
Query = Mapping[str, str | int | None]


@dataclass(frozen=True, slots=True)
class Period:
    """[from_ms, to_ms) in epoch ms; `name` is one of NAMES."""

    name: str
    from_ms: int
    to_ms: int
    zone: Zone

    @classmethod
    def of(
        cls, asked: Mapping[Any, Any], now_ms: int, zone: Zone, default: str = "24h"
    ) -> "Period":
        """From `period`, `from` and `to` of an address; what is not understood is the default."""
        name = asked.get("period")
        if not isinstance(name, str) or name not in NAMES:
            name = default
        end = slot_start(now_ms, MINUTE_MS, 0)
        if name == "custom":
            found = _custom(asked.get("from"), asked.get("to"), end, zone)
            if found is not None:
                return found
            name = default
        return cls(name, _start(name, end, zone), end, zone)

    @property
    def span_ms(self) -> int:
        """Its length."""
        return self.to_ms - self.from_ms

    def previous(self) -> "Period":
        """环比: the period before of equal length, at the same hours of the day."""
        return self._days_ago(days_over(self.from_ms, self.to_ms, self.zone))

    def week_ago(self) -> "Period":
        """The same hours a week ago; for periods of up to a week."""
        return self._days_ago(7)

    def year_ago(self) -> "Period":
        """同比: the same local period a year ago, of the same length."""
        local = self.zone.local(self.to_ms)
        leap = (local.month, local.day) == (2, 29)
        before = local.replace(year=local.year - 1, day=28 if leap else local.day, tzinfo=None)
        return self.shifted(self.to_ms - self.zone.instant(before))

    def _days_ago(self, days: int) -> "Period":
        """Its last hour lies at the same local time; no hour lies in both."""
        return self.shifted(max(self.to_ms - self.zone.shifted(self.to_ms, -days), self.span_ms))

    def shifted(self, by_ms: int) -> "Period":
        """The same length, earlier by `by_ms`."""
        return replace(self, name="custom", from_ms=self.from_ms - by_ms, to_ms=self.to_ms - by_ms)

    def query(self) -> dict[str, str | int | None]:
        """Its part of an address."""
        own = self.name == "custom"
        return {
            "period": self.name,
            "from": self.local(self.from_ms) if own else None,
            "to": self.local(self.to_ms) if own else None,
        }

    def local(self, ms: int) -> str:
        """An instant as a datetime-local field wants it: `2026-11-23T18:42`."""
        return self.zone.local(ms).strftime("%Y-%m-%dT%H:%M")

    def label(self, view: View) -> str:
        """`近 24 时`; a custom one by its ends."""
        return self.ends() if self.name == "custom" else view.text(f"period.{self.name}")

    def ends(self) -> str:
        """`11-22 18:42 – 11-23 18:42`; the year before what a reader has chosen (it need not be
        this year's), and before both ends where they differ in it."""
        zone = self.zone
        start, end = (zone.local(ms) for ms in (self.from_ms, self.to_ms))
        short, long = "%m-%d %H:%M", "%Y-%m-%d %H:%M"
        differ = start.year != end.year
        first = start.strftime(long if differ or self.name == "custom" else short)
        return f"{first} – {end.strftime(long if differ else short)}"


def picker(
    view: View, path: str, query: Query, period: Period, choices: Sequence[str] = NAMES
) -> Node:
    """Links to the periods, the custom one behind a form; `query` is the rest of the address."""
    rest = {name: value for name, value in query.items() if name not in ("period", "from", "to")}
    links = [
        el(
            "a",
            view.text(f"period.{name}"),
            cls="choice choice-here" if name == period.name else "choice",
            href=view.href(path, **rest, period=None if name == ALL else name),
            aria_current="true" if name == period.name else None,
            data_stay="",
        )
        for name in choices
        if name != "custom"
    ]
    own = [_own(view, path, rest, period)] if "custom" in choices else []
    return el("nav", *links, *own, cls="choices period", aria_label=view.text("period"))


def _own(view: View, path: str, rest: Query, period: Period) -> Node:
    here = period.name == "custom"
    start = period.from_ms or _start("7d", period.to_ms, period.zone)
    kept = {**rest, "lang": None if view.lang == "zh" else view.lang, "theme": view.theme}
    hidden = [
        el("input", type="hidden", name=name, value=str(value))
        for name, value in {**kept, "period": "custom"}.items()
        if value is not None
    ]
    fields = [
        el(
            "label",
            view.text(f"period.{name}"),
            el("input", type="datetime-local", name=name, value=period.local(ms), required=True),
        )
        for name, ms in (("from", start), ("to", period.to_ms))
    ]
    form = el(
        "form", *hidden, *fields, el("button", view.text("period.show"), type="submit"),
        method="get", action=path, cls="period-form",
    )  # fmt: skip
    said = period.ends() if here else view.text("period.custom")
    return el(
        "details",
        el("summary", said, cls="choice choice-here" if here else "choice"),
        form,
        cls="period-own",
        id="period-own",
    )


def _start(name: str, end: int, zone: Zone) -> int:
    if name == ALL:
        return 0
    if name == "24h":
        return end - DAY_MS
    if name in DAYS:
        return zone.shifted(end, -DAYS[name])
    # at its very first instant a day or month would be empty: then it is the one before
    today = zone.day_start(end - 1)
    if name == "today":
        return today
    return zone.next_day(today, 1 - int(zone.date(today)[-2:]))


def _custom(start: object, end: object, now_ms: int, zone: Zone) -> Period | None:
    first, last = _instant(start, zone), _instant(end, zone, whole_day=True)
    if first is None or last is None:
        return None
    last = min(last, now_ms)
    if not HOUR_MS <= last - first <= LONGEST_MS:
        return None
    return Period("custom", first, last, zone)


def _instant(given: object, zone: Zone, *, whole_day: bool = False) -> int | None:
    """Epoch ms of a local date or minute; a date alone as an end means its whole day."""
    if not isinstance(given, str) or not _INSTANT.fullmatch(given):
        return None
    try:
        local = datetime.fromisoformat(given)
    except ValueError:  # the 31st of November
        return None
    at = zone.instant(local)
    return zone.next_day(at) if whole_day and len(given) == 10 else at
