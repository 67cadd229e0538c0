"""Tables of the past: the series of a sign at a place, and the alarm episodes."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from dashboard.components.period import Period
from dashboard.desks.episodes.episode_counts import Line, count
from dashboard.desks.episodes.episode_question import Question
from dashboard.desks.episodes.episode_table import as_heard, place_then, sign_then
from dashboard.export.ask import Ask
from dashboard.export.document import MAX_ROWS, Column, Document, Kind, Row, rounded
from dashboard.export.meaning import meaning
from data_access.intake.provisional import provisional_instants
from data_access.intake.revisions import corrected_instants
from data_access.series.archives import is_kept
from data_access.series.episodes import Episode, Wanted, count_episodes, every_episode, own_signs
from data_access.series.notes import Note, notes_on
from data_access.series.rollups import series
from data_access.series.terms import terms_of
from data_access.store.db import Database
from domain.aggregation import bucket_value
from domain.clock import DAY_MS, HOUR_MS, MINUTE_MS
from domain.indicator import Rule
from domain.picture import Picture
from domain.sign import Sign
from domain.terms import Ledger

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


def episodes(ask: Ask) -> Document:
    """The episodes that /episodes lists, newest first; a department has those of its own signs."""
    question, city, actor = Question.of(ask.given), ask.city, ask.actor
    until = ask.services.now_ms
    wanted = question.wanted(until, city.zone)
    total = count_episodes(ask.services.db, city, actor, wanted, MAX_ROWS)

    picture = ask.services.pictures.now(actor)

    def rows(db: Database) -> Iterator[Sequence[Row]]:
        for chunk in every_episode(db, city, actor, wanted, total.number):
            terms = terms_of(db, city, {code for row in chunk for code in (row.sign, row.place)})
            yield [_episode(ask, row, terms, picture, until) for row in chunk]

    own = own_signs(city, actor)
    shown = [
        s
        for s in city.signs
        if wanted.sign in (None, s.code)
        and wanted.department in (None, s.department)
        and (own is None or s.code in own)
    ]
    return Document(
        "episodes",
        ask.text("title.episodes"),
        _episode_columns(ask),
        rows,
        total.number,
        not total.exact,
        _episode_facts(ask, wanted, until),
        meaning(ask, shown),
        demo=ask.simulated(),
    )


def episode_counts(ask: Ask) -> Document:
    """The same episodes counted by sign, as /episodes shows them, in its order."""
    question, city, now_ms = Question.of(ask.given), ask.city, ask.services.now_ms
    picture = ask.services.pictures.now(ask.actor)
    found = count(ask.services.db, city, ask.actor, question, picture, now_ms)
    columns = (
        *(ask.column("sign_code"), ask.column("sign", width=24), ask.column("owner", width=22)),
        *(ask.column(n, Kind.NUMBER) for n in ("began", "held", "still")),
        ask.column("spent_h", Kind.NUMBER, decimals=3),
        *(ask.column(n, Kind.NUMBER, decimals=1) for n in ("longest_min", "median_min")),
        ask.column("places", Kind.NUMBER),
    )
    facts = _episode_facts(ask, question.wanted(now_ms, city.zone), now_ms)
    known = [line.sign for line in found.lines if line.sign is not None]
    rows = [_counted(ask, line) for line in found.lines]
    return ask.short(
        "episode-counts", columns, rows, facts, meaning(ask, known), demo=ask.simulated()
    )


def _counted(ask: Ask, line: Line) -> Row:
    sign, tally = line.sign, line.tally
    return (
        *(line.code, ask.view.name(sign.name) if sign else line.code),
        ask.department_name(sign.department) if sign else None,
        *(tally.began, tally.held, tally.still, tally.spent_ms / HOUR_MS),
        *(None if ms is None else ms / MINUTE_MS for ms in (tally.longest_ms, tally.median_ms)),
        tally.places,
    )


def _episode_columns(ask: Ask) -> tuple[Column, ...]:
    return (
        *(ask.column("from", Kind.TIME, _TIME), ask.column("to", Kind.TIME, _TIME)),
        ask.column("minutes", Kind.NUMBER, 12, decimals=1),
        *(ask.column("state"), ask.column("sign_code"), ask.column("sign", width=24)),
        *(ask.column("place_code"), ask.column("place", width=22)),
        *(ask.column("value", Kind.NUMBER), ask.column("unit")),
        *(ask.column("version", Kind.NUMBER), ask.column("owner", width=22)),
        *(ask.column("cutoff", Kind.NUMBER), ask.column("ended_by")),
    )


def _episode(ask: Ask, row: Episode, terms: Ledger, picture: Picture | None, now_ms: int) -> Row:
    sign = sign_then(terms, ask.city, row.sign, row.since)
    place = place_then(terms, ask.city, row)
    row = as_heard(row, sign, picture)
    end = now_ms if row.until is None else row.until
    return (
        *(row.since, row.until, (end - row.since) / 60_000),
        ask.view.text(f"state.{row.state}"),
        *(row.sign, ask.view.name(sign.name) if sign else row.sign),
        *(row.place, ask.view.name(place.name)),
        row.value if sign is None else rounded(row.value, sign.decimals),
        ask.view.name(sign.measured_in) if sign else None,
        row.threshold_version,
        ask.department_name(sign.department) if sign else None,
        row.cutoff,
        ask.view.text(f"episodes.ended.{row.ended_by}") if row.ended_by else None,
    )


def _episode_facts(ask: Ask, wanted: Wanted, now_ms: int) -> tuple[tuple[str, str], ...]:
    begun = f"{ask.when(wanted.from_ms)} – {ask.when(wanted.to_ms)}"
    return ask.marks(
        now_ms,
        sign=wanted.sign and ask.sign_name(wanted.sign),
        place=wanted.place and ask.place_name(wanted.place),
        department=wanted.department and ask.department_name(wanted.department),
        state=wanted.state and ask.view.text(f"state.{wanted.state}"),
        begun=begun if wanted.from_ms is not None else None,
    )
