"""The tables of /episodes: the episodes, and how many there are of each sign."""

from collections.abc import Iterator, Sequence

from dashboard.desks.episodes.episode_counts import SignCounts, count
from dashboard.desks.episodes.episode_question import Question
from dashboard.desks.episodes.episode_table import as_heard, place_then, sign_then
from dashboard.export.ask import Ask
from dashboard.export.document import MAX_ROWS, Column, Document, Kind, Row, rounded
from dashboard.export.meaning import meaning
from data_access.series.episodes import Episode, Wanted, count_episodes, every_episode, own_signs
from data_access.series.terms import terms_of
from data_access.store.db import Database
from domain.clock import HOUR_MS, MINUTE_MS
from domain.picture import Picture
from domain.terms import Ledger

_TIME = 20


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


def _counted(ask: Ask, line: SignCounts) -> Row:
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
