"""How the wall must word what it knows, written down a second time and in another language."""

import csv
from datetime import datetime, timedelta, tzinfo
from decimal import ROUND_HALF_UP, Decimal

from data_access.settings import ROOT
from domain.sign import Sign

DASH = "—"
MINUS = "−"
SHORTENED_FROM = 100_000
NEARLY_ONE = Decimal("0.99995")  # nearer to a step than the digits of the step below can say


class Words:
    """One language of the label table."""

    def __init__(self, lang: str) -> None:
        with (ROOT / "dashboard" / "words" / "labels.csv").open(
            encoding="utf-8", newline=""
        ) as file:
            self._table = {row["key"]: row[lang] for row in csv.DictReader(file)}

    def __getitem__(self, key: str) -> str:
        return self._table[key]

    def say(self, key: str, **values: object) -> str:
        """A label with its places filled."""
        return self._table[key].format(**values)


def figure(value: float | None, decimals: int) -> str:
    """A plain number: grouped by thousands, a true minus, a dash for nothing."""
    if value is None:
        return DASH
    exact = Decimal(value).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    text = f"{abs(exact):,}"
    return MINUS + text if exact < 0 else text


def shown(value: float | None, sign: Sign, lang: str) -> str:
    """The value of a sign as a cell shows it: a level's name, or at most five digits or so."""
    labels = [level.of(lang) for level in sign.value_labels]
    if value is None:
        return DASH
    if labels:
        return labels[int(Decimal(value).quantize(Decimal(1), ROUND_HALF_UP))]
    size = abs(Decimal(figure(abs(value), sign.decimals).replace(",", "")))
    if size < SHORTENED_FROM:
        fine = 0 if size >= 10_000 else min(1, sign.decimals) if size >= 1_000 else sign.decimals
        return figure(value, fine)
    steps = [step.strip().split(" ") for step in Words(lang)["number.scale"].split(";")]
    for step, name in sorted(((Decimal(s), n) for s, n in steps), reverse=True):
        mantissa = size / step
        if mantissa >= NEARLY_ONE:
            whole = mantissa >= Decimal("999.95")
            text = figure(float(mantissa), 0 if whole else 1).removesuffix(".0")
            return (MINUS if value < 0 else "") + text + name
    raise AssertionError(f"{value} has no step")


def age(span: timedelta, words: Words) -> str:
    """An age in its largest unit."""
    seconds = int(span.total_seconds())
    if seconds < 60:
        return words.say("age.seconds", n=seconds)
    if seconds < 3600:
        return words.say("age.minutes", n=seconds // 60)
    if seconds < 2 * 86400:
        return words.say("age.hours", n=seconds // 3600)
    return words.say("age.days", n=seconds // 86400)


def stamp(then: datetime, now: datetime, tz: tzinfo) -> str:
    """The local time of day of `then`; month and day when that is not the day of `now`."""
    here, there = then.astimezone(tz), now.astimezone(tz)
    return f"{here:%H:%M}" if here.date() == there.date() else f"{here:%m-%d}"
