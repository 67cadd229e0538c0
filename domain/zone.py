"""A city's zone: what its clocks show at an instant, and where its days begin.

A *day* is a local day: it begins when its date first appears and ends where the next one begins,
so with summer time it lasts 23, 24 or 25 hours. Never add DAY_MS to a midnight: ask `next_day`.

*Slots* shorter than a day are stretches of elapsed time of one width, laid on a grid that begins
at a midnight of standard time. Clocks that move by whole hours keep hours on the hour all year.
Where they move by less (Lord Howe), hours of summer begin at half past, and the hour over
midnight belongs to the day in which it begins.

A zone whose offset has been the same since 2000 (no reading is older) is plain arithmetic.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from domain.clock import DAY_MS, HOUR_MS, MINUTE_MS, slot_start, to_ms

Change = tuple[int, int]
"""(epoch ms, offset from UTC in ms that holds from then on)."""

_FIXED = re.compile(r"([+-])(\d\d):(\d\d)", re.ASCII)
_NAME = re.compile(r"[A-Z][A-Za-z0-9_+-]*(/[A-Z][A-Za-z0-9_+-]*){0,2}", re.ASCII)
_FIRST_MS = 946_684_800_000  # 2000-01-01
_LAST_MS = 4_102_444_800_000  # 2100-01-01: the changes between are known by heart
_WEEK_MS = 7 * DAY_MS
_UNIX_DAY = date(1970, 1, 1)


class UnknownZone(ValueError):
    """Neither an offset nor a name that this machine's time zone data know."""


@dataclass(frozen=True, slots=True)
class Zone:
    """Where clocks stand: the name of a zone (`America/Chicago`) or an offset (`+08:00`)."""

    name: str

    @classmethod
    def named(cls, name: str) -> "Zone":
        """The zone of a name or an offset; UnknownZone when there is none."""
        _rules(name)
        return cls(name)

    @classmethod
    def fixed(cls, minutes: int) -> "Zone":
        """A zone that is always so many minutes ahead of UTC."""
        hours, rest = divmod(abs(minutes), 60)
        return cls.named(f"{'-' if minutes < 0 else '+'}{hours:02}:{rest:02}")

    @property
    def tz(self) -> tzinfo:
        """For the standard library."""
        return _rules(self.name).tz

    @property
    def grid_ms(self) -> int:
        """What lays slots shorter than a day on their grid: `slot_start(ms, width, grid_ms)`."""
        return _rules(self.name).grid_ms

    def offset_ms(self, ms: int) -> int:
        """How far local clocks are ahead of UTC at an instant."""
        return _rules(self.name).offset(ms)

    def local(self, ms: int) -> datetime:
        """What local clocks show at an instant, aware."""
        return datetime.fromtimestamp(ms / 1000, _rules(self.name).tz)

    def date(self, ms: int) -> str:
        """The ISO date of the local day that holds an instant."""
        return (_UNIX_DAY + timedelta(days=self.day_number(ms))).isoformat()

    def instant(self, local: datetime) -> int:
        """Epoch ms of a naive local time: the first of two; of a time that clocks skip, the
        instant as long after the skip's beginning."""
        return to_ms(local.replace(tzinfo=_rules(self.name).tz))

    def slot_start(self, ms: int, width_ms: int) -> int:
        """Start of the slot that holds an instant; of a width of DAY_MS, the local day."""
        rules = _rules(self.name)
        if width_ms == DAY_MS:
            return rules.start(rules.day(ms))
        return slot_start(ms, width_ms, rules.grid_ms)

    def slot_end(self, ms: int, width_ms: int) -> int:
        """Where the slot that holds an instant ends and the next one begins."""
        if width_ms == DAY_MS:
            return self.next_day(ms)
        return self.slot_start(ms, width_ms) + width_ms

    def day_number(self, ms: int) -> int:
        """The local day that holds an instant, counted from 1970-01-01."""
        return _rules(self.name).day(ms)

    def day_at(self, number: int) -> int:
        """Where a local day, counted from 1970-01-01, begins."""
        return _rules(self.name).start(number)

    def date_start(self, iso_date: str) -> int:
        """Where the local day of an ISO date begins; ValueError when it is none."""
        return self.day_at((date.fromisoformat(iso_date) - _UNIX_DAY).days)

    def day_start(self, ms: int) -> int:
        """The local midnight at or before an instant."""
        rules = _rules(self.name)
        return rules.start(rules.day(ms))

    def next_day(self, ms: int, days: int = 1) -> int:
        """The local midnight with which the day `days` after an instant's own begins."""
        rules = _rules(self.name)
        return rules.start(rules.day(ms) + days)

    def days_between(self, from_ms: int, to_ms: int) -> int:
        """How many dates later `to` is than `from`; negative when it is earlier."""
        rules = _rules(self.name)
        return rules.day(to_ms) - rules.day(from_ms)

    def days(self, from_ms: int, to_ms: int) -> list[int]:
        """The midnights of the local days from the one that holds `from_ms` on, before `to_ms`."""
        rules = _rules(self.name)
        numbers = range(rules.day(from_ms), rules.day(to_ms - 1) + 1)
        return list(dict.fromkeys(rules.start(number) for number in numbers))

    def shifted(self, ms: int, days: int) -> int:
        """The same time on local clocks so many days later."""
        rules = _rules(self.name)
        if rules.always is not None:
            return ms + days * DAY_MS
        local = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=ms + rules.offset(ms))
        return self.instant(local.replace(tzinfo=None) + timedelta(days=days))

    def changes(self, from_ms: int, to_ms: int) -> list[Change]:
        """The offset at `from_ms` and every later one that begins before `to_ms`."""
        return _rules(self.name).changes(from_ms, to_ms)


class _Rules:
    """A zone as numbers."""

    def __init__(self, tz: tzinfo) -> None:
        self.tz = tz
        self._changes = _changes(tz)
        self._from = [at for at, _ in self._changes]
        self.always = self._changes[0][1] if len(self._changes) == 1 else None
        january = datetime(2037, 1, 1, tzinfo=tz)
        standard = (january.utcoffset() or timedelta(0)) - (january.dst() or timedelta(0))
        self.grid_ms = round(standard.total_seconds() * 1000)
        self._starts: dict[int, int] = {}

    def offset(self, ms: int) -> int:
        if self.always is not None:
            return self.always
        if _FIRST_MS <= ms < _LAST_MS:
            return self._changes[bisect_right(self._from, ms) - 1][1]
        return _offset(self.tz, ms)

    def day(self, ms: int) -> int:
        number = (ms + self.offset(ms)) // DAY_MS
        if self.always is None and self.start(number + 1) <= ms:
            return number + 1  # clocks that went back over midnight show the old date once more
        return number

    def start(self, number: int) -> int:
        if self.always is not None:
            return number * DAY_MS - self.always
        found = self._starts.get(number)
        if found is None:
            found = self._starts[number] = self._find(number)
        return found

    def _find(self, number: int) -> int:
        """The first instant whose local date is the day's, or a later one where it is skipped."""
        midnight = number * DAY_MS
        shown = datetime.combine(_UNIX_DAY + timedelta(days=number), time(), self.tz)
        found = to_ms(shown)
        if found + self.offset(found) == midnight:
            return found
        # clocks skip midnight: the day begins with the skip
        low, high = found - 25 * HOUR_MS, found
        while high - low > 1:
            middle = (low + high) // 2
            if middle + self.offset(middle) >= midnight:
                high = middle
            else:
                low = middle
        return high

    def changes(self, from_ms: int, to_ms: int) -> list[Change]:
        first = max(bisect_right(self._from, from_ms) - 1, 0)
        return [change for change in self._changes[first:] if change[0] < max(to_ms, from_ms + 1)]


@lru_cache(maxsize=64)
def _rules(name: str) -> _Rules:
    fixed = _FIXED.fullmatch(name)
    if fixed:
        minutes = int(fixed[2]) * 60 + int(fixed[3])
        if int(fixed[3]) >= 60 or minutes > 14 * 60:
            raise UnknownZone(name)
        return _Rules(timezone(timedelta(minutes=-minutes if fixed[1] == "-" else minutes)))
    if not _NAME.fullmatch(name):
        raise UnknownZone(name)
    try:
        return _Rules(ZoneInfo(name))
    except (ZoneInfoNotFoundError, ValueError, OSError) as fault:
        raise UnknownZone(name) from fault


def _changes(tz: tzinfo) -> list[Change]:
    """Every change of the offset in the years that are known by heart, after the first offset."""
    found = [(_FIRST_MS, _offset(tz, _FIRST_MS))]
    if isinstance(tz, timezone):
        return found
    for week in range(_FIRST_MS, _LAST_MS, _WEEK_MS):  # no offset has held for less
        offset = _offset(tz, week + _WEEK_MS)
        if offset != found[-1][1]:
            found.append((_turn(tz, week, week + _WEEK_MS), offset))
    return found


def _turn(tz: tzinfo, low: int, high: int) -> int:
    """The minute between two instants from which on the later one's offset holds."""
    after = _offset(tz, high)
    while high - low > MINUTE_MS:
        middle = (low + high) // (2 * MINUTE_MS) * MINUTE_MS
        if middle <= low:
            break
        if _offset(tz, middle) == after:
            high = middle
        else:
            low = middle
    return high


def _offset(tz: tzinfo, ms: int) -> int:
    ahead = datetime.fromtimestamp(ms // 1000, tz).utcoffset()
    return round((ahead or timedelta(0)).total_seconds() * 1000)
