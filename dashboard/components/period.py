"""The span of time that a page looks at: chosen in the address, compared with spans before it.

Every span ends at an instant that is given, so a page is a function of its address and the clock.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from dashboard.components.light import Node, el
from dashboard.components.view import View
from domain.clock import DAY_MS, HOUR_MS, MINUTE_MS, from_ms, local_zone, slot_start, to_ms

ROLLING = {
    "24h": DAY_MS,
    "7d": 7 * DAY_MS,
    "28d": 28 * DAY_MS,
    "30d": 30 * DAY_MS,
    "1y": 365 * DAY_MS,
}
NAMES = (*ROLLING, "today", "month", "custom")
LONGEST_MS = 3660 * DAY_MS
_INSTANT = re.compile(r"20\d\d-[01]\d-[0-3]\d(T[0-2]\d:[0-5]\d)?", re.ASCII)
Query = Mapping[str, str | int | None]


@dataclass(frozen=True, slots=True)
class Period:
    """[from_ms, to_ms) in epoch ms; `name` is one of NAMES."""

    name: str
    from_ms: int
    to_ms: int
    offset_min: int

    @classmethod
    def of(
        cls, asked: Mapping[Any, Any], now_ms: int, offset_min: int, default: str = "24h"
    ) -> "Period":
        """From `period`, `from` and `to` of an address; what is not understood is the default."""
        name = asked.get("period")
        if not isinstance(name, str) or name not in NAMES:
            name = default
        end = slot_start(now_ms, MINUTE_MS, 0)
        if name == "custom":
            found = _custom(asked.get("from"), asked.get("to"), end, offset_min)
            if found is not None:
                return found
            name = default
        return cls(name, _start(name, end, offset_min), end, offset_min)

    @property
    def span_ms(self) -> int:
        """Its length."""
        return self.to_ms - self.from_ms

    def previous(self) -> "Period":
        """环比: the period before of equal length, at the same hours of the day."""
        return self.shifted(-(-self.span_ms // DAY_MS) * DAY_MS)

    def week_ago(self) -> "Period":
        """The same hours a week ago; for periods of up to a week."""
        return self.shifted(7 * DAY_MS)

    def year_ago(self) -> "Period":
        """同比: the same local period a year ago, of the same length."""
        local = from_ms(self.to_ms).astimezone(local_zone(self.offset_min))
        leap = (local.month, local.day) == (2, 29)
        before = local.replace(year=local.year - 1, day=28 if leap else local.day)
        return self.shifted(self.to_ms - to_ms(before))

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
        return from_ms(ms).astimezone(local_zone(self.offset_min)).strftime("%Y-%m-%dT%H:%M")

    def label(self, view: View) -> str:
        """`近 24 时`; a custom one by its ends."""
        return self.ends() if self.name == "custom" else view.text(f"period.{self.name}")

    def ends(self) -> str:
        """`11-22 18:42 – 11-23 18:42`; the year before what a reader has chosen (it need not be
        this year's), and before both ends where they differ in it."""
        zone = local_zone(self.offset_min)
        start, end = (from_ms(ms).astimezone(zone) for ms in (self.from_ms, self.to_ms))
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
            href=view.href(path, **rest, period=name),
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
        for name, ms in (("from", period.from_ms), ("to", period.to_ms))
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


def _start(name: str, end: int, offset_min: int) -> int:
    if name in ROLLING:
        return end - ROLLING[name]
    offset_ms = offset_min * MINUTE_MS
    # at its very first instant a day or month would be empty: then it is the one before
    today = slot_start(end - 1, DAY_MS, offset_ms)
    if name == "today":
        return today
    local = from_ms(today).astimezone(local_zone(offset_min))
    return to_ms(local - timedelta(days=local.day - 1))


def _custom(start: object, end: object, now_ms: int, offset_min: int) -> Period | None:
    first, last = _instant(start, offset_min, 0), _instant(end, offset_min, DAY_MS)
    if first is None or last is None:
        return None
    last = min(last, now_ms)
    if not HOUR_MS <= last - first <= LONGEST_MS:
        return None
    return Period("custom", first, last, offset_min)


def _instant(given: object, offset_min: int, whole_day_ms: int) -> int | None:
    """Epoch ms of a local date or minute; a date alone as an end means its whole day."""
    if not isinstance(given, str) or not _INSTANT.fullmatch(given):
        return None
    try:
        local = datetime.fromisoformat(given).replace(tzinfo=local_zone(offset_min))
    except ValueError:  # the 31st of November
        return None
    return to_ms(local) + (whole_day_ms if len(given) == 10 else 0)
