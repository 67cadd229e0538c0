"""The table of a sign's course at one place, with the notes that touch it."""

from bisect import bisect_left
from collections.abc import Sequence

from dashboard.components.period import Period
from dashboard.export.ask import Ask
from dashboard.export.document import MAX_ROWS, Column, Document, Kind
from dashboard.export.meaning import meaning
from data_access.intake.provisional import provisional_instants
from data_access.intake.revisions import corrected_instants
from data_access.series.archives import is_kept
from data_access.series.notes import Note, notes_on
from data_access.series.rollups import series
from domain.aggregation import bucket_value
from domain.clock import DAY_MS, HOUR_MS, MINUTE_MS
from domain.indicator import Rule
from domain.sign import Sign

_TIME = 20
_BY_MINUTE_MS = 8 * DAY_MS


def series_table(ask: Ask) -> Document:
    """The buckets of one sign at one place over a period, with the notes that touch them.

    By the minute up to eight days, by the hour and by the day beyond, as long as each is kept.
    """
    sign, place, city = ask.sign(), ask.place(), ask.city
    period = Period.of(ask.given, ask.services.now_ms, city.zone)
    tier, width = _tier(ask, sign, period)
    rule = sign.rule if place == city.code else sign.street_rule
    pinned = notes_on(ask.services.db, ask.actor, place, sign.code, period.from_ms, period.to_ms)
    found = []
    if rule is not Rule.NA:
        first = city.zone.slot_start(period.from_ms, width)
        found = series(ask.services.db, place, sign.code, tier, first, period.to_ms)
    columns = (
        ask.column("time", Kind.TIME, _TIME),
        Column(ask.text("col.value"), Kind.NUMBER, 12),
        *(ask.column(n, Kind.NUMBER) for n in ("min", "max", "numerator", "denominator")),
        ask.column("samples", Kind.NUMBER),
        *(ask.column("unit"), ask.column("nature"), ask.column("quality")),
        ask.column("corrected", Kind.NUMBER),
        ask.column("notes", width=40),
    )
    of = None if place == city.code else place
    asked = (ask.services.db, ask.actor, sign.code, of, period.from_ms, period.to_ms)
    early, again = provisional_instants(*asked), corrected_instants(*asked)
    unit = ask.view.name(sign.measured_in)
    rows = [
        (
            row[2],
            *(round(v, sign.decimals) for v in (bucket_value(sign, rule, row), row[7], row[8])),
            *(round(row[3], 6), round(row[4], 6), row[5], unit),
            ask.text("nature.demo" if row[9] else "nature.measured"),
            _quality(ask, early, row[2], city.zone.slot_end(row[2], width)),
            _within(again, row[2], city.zone.slot_end(row[2], width)),
            _notes(ask, pinned, row[2], city.zone.slot_end(row[2], width)),
        )
        for row in found
    ]
    facts = ask.marks(
        None,
        sign=ask.sign_name(sign.code),
        place=ask.place_name(place),
        period=f"{ask.when(period.from_ms)} – {ask.when(period.to_ms)}",
        tier=ask.text(f"tier.{tier}"),
    )[1:]
    facts = ((ask.text("data_time"), ask.when(found[-1][2] if found else None)), *facts)
    demo = any(row[9] for row in found)
    return ask.short("series", columns, rows[:MAX_ROWS], facts, meaning(ask, [sign]), demo=demo)


def _tier(ask: Ask, sign: Sign, period: Period) -> tuple[str, int]:
    """(tier, width in ms of its buckets) that a period calls for and that is still kept."""
    now_ms, keep = ask.services.now_ms, ask.services.settings

    def there(days: int) -> bool:
        edge = now_ms - days * DAY_MS
        if period.from_ms >= edge:
            return True
        return is_kept(ask.services.db, sign, period.from_ms, period.to_ms, edge)

    if period.span_ms <= _BY_MINUTE_MS and there(keep.retain_minute_days):
        return "minute", MINUTE_MS
    return ("hour", HOUR_MS) if there(keep.retain_hour_days) else ("day", DAY_MS)


def _quality(ask: Ask, early: Sequence[int], from_ms: int, to_ms: int) -> str | None:
    """Whether values of a bucket may still change; `early` are the instants of those, in order."""
    return ask.view.text("quality.provisional") if _within(early, from_ms, to_ms) else None


def _within(instants: Sequence[int], from_ms: int, to_ms: int) -> int:
    """How many of `instants`, which are in order, lie in [from_ms, to_ms)."""
    return bisect_left(instants, to_ms) - bisect_left(instants, from_ms)


def _notes(ask: Ask, notes: Sequence[Note], from_ms: int, to_ms: int) -> str | None:
    """What is pinned to a bucket, with author and time; withdrawn notes are not taken along."""
    said = [
        ask.text("note", text=note.text, author=note.author, time=ask.when(note.created_at))
        for note in notes
        if note.withdrawn_at is None and note.from_ms < to_ms and note.to_ms > from_ms
    ]
    return "\n".join(said) or None
