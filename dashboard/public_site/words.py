"""How the public site says numbers, times and names in one language."""

from datetime import datetime
from typing import Protocol

from dashboard.words.labels import label
from domain.catalogue import Catalogue
from domain.clock import HOUR_MS
from domain.place import Department, Kind, Street
from domain.sign import Sign
from domain.text import Text

_SPANS = ((86_400, "days"), (3_600, "hours"), (60, "minutes"))


class _HasName(Protocol):
    @property
    def name(self) -> Text: ...


class Words:
    """One language of one city's page."""

    def __init__(self, catalogue: Catalogue, lang: str) -> None:
        self.catalogue = catalogue
        self.lang = lang
        self._zone = catalogue.zone

    def t(self, key: str, **values: object) -> str:
        """The label `public.<key>`."""
        return label(f"public.{key}", self.lang, **values)

    def many(self, key: str, n: int, **values: object) -> str:
        """A label with a number; `public.<key>.one` where a language has a form for one."""
        return self.t(key, n=n, **values)

    def places(self, kind: Kind, n: int) -> str:
        """`12 个街道`, `12 streets`."""
        name = kind.name if n == 1 else kind.many
        return self.t("street.kind", n=n, kind=name.of(self.lang).lower())

    def call(self) -> str:
        """`，或打 …`, to end a sentence with; empty in a city without a number of its own."""
        number = self.catalogue.hotline
        return self.t("call", number=number) if number else ""

    def urgent(self) -> str:
        """`急事请打 …、…。`, after another sentence; empty without a number to call."""
        numbers = [line.number for line in self.catalogue.hotlines]
        if not numbers:
            return ""
        last = self.t("numbers.last").join(numbers[-2:])
        listed = self.t("numbers").join([*numbers[:-2], last])
        return ("" if self.lang == "zh" else " ") + self.t("report.urgent", numbers=listed)

    def state(self, state: str) -> str:
        """The word of a state."""
        return label(f"state.{state}", self.lang)

    def name(self, thing: _HasName) -> str:
        """The name of anything that has one."""
        return thing.name.of(self.lang)

    def short(self, thing: Street | Sign | Department) -> str:
        """The short name, of a department the shortest."""
        short = thing.tight if isinstance(thing, Department) else thing.short
        return short.of(self.lang)

    @property
    def city(self) -> str:
        """The district's name."""
        return self.name(self.catalogue)

    @property
    def city_short(self) -> str:
        """The district's short name where the language has one."""
        return self.catalogue.short.of(self.lang)

    def unit(self, sign: Sign, value: float | None = None) -> str:
        """The unit as shown, beside a value when one is given; empty for a pure number."""
        return sign.unit_beside(value, self.lang)

    def number(self, value: float | None, decimals: int) -> str:
        """`2,431` or `15.2`; a dash where there is none."""
        return "—" if value is None else f"{value:,.{decimals}f}"

    def value(self, sign: Sign, value: float | None) -> str:
        """A sign's number, or the name of its level."""
        names = sign.value_labels
        if value is not None and 0 <= round(value) < len(names):
            return names[round(value)].of(self.lang)
        return self.number(value, sign.decimals)

    def edge(self, sign: Sign, line: float) -> str:
        """A line of a grade: one digit more where it is no round number of the sign's."""
        round_enough = abs(line - round(line, sign.decimals)) < 1e-9
        return self.value(sign, line) if round_enough else self.number(line, sign.decimals + 1)

    def local(self, ms: int) -> datetime:
        """An instant in the city's time."""
        return self._zone.local(ms)

    def date(self, ms: int) -> str:
        """`11 月 23 日 周一`."""
        at = self.local(ms)
        day = self.t(f"weekday.{at.weekday()}")
        month = self.t(f"month.{at.month}")
        return self.t("date", month=month, day=at.day, weekday=day)

    def day(self, ms: int) -> str:
        """`11 月 23 日`."""
        at = self.local(ms)
        return self.t("day", month=self.t(f"month.{at.month}"), day=at.day)

    def clock(self, ms: int) -> str:
        """`13:00`."""
        return f"{self.local(ms):%H:%M}"

    def when(self, ms: int, now_ms: int) -> str:
        """`今天 13:00`, `昨天 14:00`, else with the date, and the year when it is another."""
        days = self.catalogue.zone.days_between(ms, now_ms)
        if days in (0, 1):
            return self.t("today" if days == 0 else "yesterday", time=self.clock(ms))
        day, at = self.day(ms), self.local(ms)
        if at.year != self.local(now_ms).year:
            day = self.t("day.year", day=day, year=at.year)
        return f"{day} {self.clock(ms)}"

    def cadence(self, sign: Sign) -> str:
        """`每 5 分钟更新`."""
        for width, unit in _SPANS:
            if sign.cadence_s >= width:
                n = sign.cadence_s // width
                return self.t(f"every.{unit}" if n > 1 else f"every.one.{unit}", n=n)
        return self.t("every.one.minutes", n=1)

    def source(self, sign: Sign) -> str:
        """The business system and the department that answers for it."""
        source = self.catalogue.source[sign.source]
        owner = self.catalogue.department[source.department]
        return self.t("source", source=self.name(source), owner=self.short(owner))

    def hour(self, ms: int, now_ms: int) -> str:
        """The end of an hour that begins at `ms`."""
        return self.when(ms + HOUR_MS, now_ms)
