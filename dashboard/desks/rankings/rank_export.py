"""Rankings and score receipts, as /rankings has them in its address."""

from dataclasses import replace

from werkzeug.exceptions import NotFound

from dashboard.components.picking import known, said_names
from dashboard.components.units import unit_name
from dashboard.components.versions import editions_short
from dashboard.desks.rankings.rank_question import Question
from dashboard.desks.rankings.standings import Asked, asked, span_of, standings, worded
from dashboard.export.ask import Ask
from dashboard.export.document import Column, Document, Kind, Row
from dashboard.export.meaning import meaning, weights_facts
from data_access.rankings.standings import receipt as receipt_of
from data_access.scoring.hours import weighed_over
from data_access.series.editions import receipt_editions
from domain.scoring.by_hours import spent
from domain.scoring.by_weights import placed
from domain.scoring.ranking import Ranked
from domain.scoring.receipt import Line, Receipt, Recipe
from domain.span import Span

_RANKS = ("rank", "rank_low", "rank_high", "rank_before")
_FIGURES = ("score", "raw", "raw_low", "raw_high", "change", "change_low", "change_high")
_COUNTS = {"numerator": 0, "denominator": 0, "excluded_h": 2, "coverage": 4, "usable": 4}
"""With their digits behind the point, as the page and the receipts have them."""
_VALUES = ("value", "floor", "full", "weight")
_HOURS = ("known_h", "attention_h", "warning_h", "alarm_h", "expected_h", "coverage")


def rankings(ask: Ask) -> Document:
    """A ranking with what makes it fair: intervals, counts, who is not ranked and why."""
    one = asked(Question.of_address(ask.given), ask.city)
    found = standings(ask.services.db, ask.actor, ask.city, one, ask.services.now_ms)
    columns = (
        *(ask.column(name, Kind.NUMBER, 10) for name in _RANKS),
        *(ask.column("tied"), ask.column("code"), ask.column("name", width=24)),
        *(ask.column(name, Kind.NUMBER, decimals=found.ranking.decimals) for name in _FIGURES),
        *(ask.column(name, Kind.NUMBER, decimals=digits) for name, digits in _COUNTS.items()),
        ask.column("reason", width=24),
    )
    pick = known(one.question.pick, {row.code for row in found.ranking.rows})
    shown = [row for row in found.ranking.rows if not pick or row.code in pick]
    kind = one.measure.kind
    rows = [_ranked(ask, row, unit_name(ask.view, ask.city, kind, row.code)) for row in shown]
    names = {code: unit_name(ask.view, ask.city, kind, code) for code in pick}
    facts = _facts(ask, one, found.span, pick=said_names(ask.view, names, pick))
    sign = one.measure.scoring.sign
    kept = meaning(ask, [sign] if sign else ())
    made = ask.short("rankings", columns, rows, facts, kept, demo=ask.simulated())
    return replace(made, picked=len(pick))


def receipt(ask: Ask) -> Document:
    """The lines of one score; other departments' lines are one for a department's account."""
    city, one = ask.city, asked(Question.of_address(ask.given), ask.city)
    code, measure = one.question.receipt, one.measure
    if code is None or measure.scoring.recipe is Recipe.RATE:
        raise NotFound("there is no such receipt")
    span = span_of(one.question, ask.services.now_ms, city.zone)
    try:
        found = receipt_of(ask.services.db, ask.actor, city, measure.code, code, span)
    except LookupError:
        raise NotFound("there is no such receipt") from None
    facts = (
        *_facts(ask, one, span),
        (ask.text("filter.of"), unit_name(ask.view, city, measure.kind, code)),
        (ask.text("col.score"), _hundredths(found.score) or ask.text("none")),
        (ask.text("col.points"), _hundredths(found.points) or "0"),
        (ask.text("floored"), _hundredths(found.floored) or "0"),
    )
    signs = [city.sign[x.subject.code] for x in found.lines if x.subject.code in city.sign]
    by_hours = found.recipe is Recipe.HOURS
    columns, rows = (_by_hours if by_hours else _by_weights)(ask, found, span)
    kept = meaning(ask, signs if by_hours else ())
    return ask.short("receipt", columns, rows, facts, kept, demo=ask.simulated())


def _by_hours(ask: Ask, found: Receipt, span: Span) -> tuple[tuple[Column, ...], list[Row]]:
    """Every line with the versions of weights and cut-offs that it was made by."""
    cuts = receipt_editions(ask.services.db, ask.actor, ask.city, found, span)
    columns = (
        *(ask.column("goal"), ask.column("sign_code"), ask.column("sign", width=24)),
        ask.column("owner", width=22),
        *(ask.column(name, Kind.NUMBER) for name in _HOURS),
        Column(ask.text("col.points"), Kind.NUMBER, 10, 2),
        *(ask.column("counts"), ask.column("weights_version"), ask.column("cuts_version")),
    )
    weights = " → ".join(str(one.version) for one in found.weights)
    goals = {goal.code: ask.view.name(goal.name) for goal in ask.city.goals}
    rows: list[Row] = [
        (
            *(goals.get(line.subject.group, line.subject.group), *_about(ask, line)),
            *(*_hours(line), line.points / 100, _counts(ask, line)),
            *(weights, editions_short(cuts.get(line.subject.code, ()))),
        )
        for line in found.lines
    ]
    if found.folded is not None:
        others = ask.text("folded", n=found.folded.lines)
        rows.append(
            (None, None, others, *(None,) * 7, found.folded.points / 100, None, weights, None)
        )
    return columns, rows


def _by_weights(ask: Ask, found: Receipt, _span: Span) -> tuple[tuple[Column, ...], list[Row]]:
    """Every line with its value, the two ends, its weight and what it could earn at most."""
    columns = (
        *(ask.column("code"), ask.column("name", width=24), ask.column("owner", width=22)),
        *(ask.column(name, Kind.NUMBER) for name in _VALUES),
        *(
            Column(ask.text(f"col.{name}"), Kind.NUMBER, 10, 2)
            for name in ("points_most", "points")
        ),
        ask.column("counts"),
    )
    rows: list[Row] = []
    for line in found.lines:
        given = placed(line)
        points = (given.share / 100, line.points / 100)
        figures = (given.value, given.floor, given.goal, given.weight)
        rows.append((*_about(ask, line), *figures, *points, _counts(ask, line)))
    if found.folded is not None:
        others = ask.text("folded", n=found.folded.lines)
        rows.append((None, others, *(None,) * 6, found.folded.points / 100, None))
    return columns, rows


def _about(ask: Ask, line: Line) -> Row:
    code = line.subject.code
    return (code, ask.sign_name(code), ask.department_name(line.subject.owner))


def _hours(line: Line) -> Row:
    found = spent(line)
    hours = found.hours
    return (
        *(round(h, 3) for h in (hours.known, hours.attention, hours.warning, hours.alarm)),
        *(found.expected, None if found.coverage is None else round(found.coverage, 4)),
    )


def _counts(ask: Ask, line: Line) -> str:
    return ask.text("counts.yes" if line.why is None else f"why.{line.why}")


def _ranked(ask: Ask, row: Ranked, name: str) -> Row:
    change = row.change
    return (
        *(row.rank, row.rank_low, row.rank_high, row.rank_before),
        ask.text("tied") if row.tied else None,
        *(row.code, name),
        *(row.value, row.raw, row.low, row.high),
        *((change.delta, change.low, change.high) if change else (None, None, None)),
        *(row.numerator, row.denominator, row.excluded, row.coverage, row.usable),
        None if row.why is None else ask.text(f"why.{row.why}"),
    )


def _facts(ask: Ask, one: Asked, span: Span, **more: str | None) -> tuple[tuple[str, str], ...]:
    picture = ask.services.pictures.now(ask.actor)
    marks = ask.marks(
        None if picture is None else min(span.until, picture.as_of),
        measure=worded(ask.view, one.measure.name),
        of=worded(ask.view, one.peers.group_name),
        period=f"{ask.when(span.from_ms)} – {ask.when(span.to_ms)}",
        **more,
    )
    if one.measure.scoring.recipe is not Recipe.HOURS:
        return marks
    return (*marks, *weights_facts(ask, weighed_over(ask.city, span)))


def _hundredths(points: int | None) -> str | None:
    return None if points is None else f"{points / 100:.2f}"
