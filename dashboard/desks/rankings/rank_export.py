"""Rankings and score receipts, as /rankings has them in its address."""

from dataclasses import replace

from werkzeug.exceptions import NotFound

from dashboard.components.picking import known, said_names
from dashboard.components.versions import Editions, editions_short
from dashboard.desks.rankings.rank_question import Question
from dashboard.desks.rankings.standings import measured, span_of, standings
from dashboard.export.ask import Ask
from dashboard.export.document import Column, Document, Kind, Row
from dashboard.export.meaning import meaning, weights_facts
from data_access.scoring.score_units import weighed_over
from data_access.scoring.scores import department_receipt, place_receipt
from data_access.series.editions import receipt_editions
from domain.ranking import Ranked
from domain.receipt import Line, Receipt
from domain.sign import Sign
from domain.span import Span

_RANKS = ("rank", "rank_low", "rank_high", "rank_before")
_FIGURES = ("score", "raw", "raw_low", "raw_high", "change", "change_low", "change_high")
_COUNTS = {"numerator": 0, "denominator": 0, "excluded_h": 2, "coverage": 4, "usable": 4}
"""With their digits behind the point, as the page and the receipts have them."""
_HOURS = ("known_h", "attention_h", "warning_h", "alarm_h", "expected_h", "coverage")


def rankings(ask: Ask) -> Document:
    """A ranking with what makes it fair: intervals, counts, who is not ranked and why."""
    question = Question.of_address(ask.given)
    sign, now_ms = measured(question, ask.city), ask.services.now_ms
    found = standings(ask.services.db, ask.actor, ask.city, question, now_ms)
    columns = (
        *(ask.column(name, Kind.NUMBER, 10) for name in _RANKS),
        *(ask.column("tied"), ask.column("code"), ask.column("name", width=24)),
        *(ask.column(name, Kind.NUMBER, decimals=found.ranking.decimals) for name in _FIGURES),
        *(ask.column(name, Kind.NUMBER, decimals=digits) for name, digits in _COUNTS.items()),
        ask.column("reason", width=24),
    )
    pick = known(question.pick, {row.code for row in found.ranking.rows})
    shown = [row for row in found.ranking.rows if not pick or row.code in pick]
    rows = [_ranked(ask, question, row) for row in shown]
    names = {code: _name(ask, question, code) for code in pick}
    facts = _facts(ask, question, sign, found.span, pick=said_names(ask.view, names, pick))
    kept = meaning(ask, [sign] if sign else ())
    made = ask.short("rankings", columns, rows, facts, kept, demo=ask.simulated())
    return replace(made, picked=len(pick))


def receipt(ask: Ask) -> Document:
    """The lines of one score; other departments' lines are one for a department's account."""
    question = Question.of_address(ask.given)
    code = question.receipt
    if code is None or measured(question, ask.city) is not None:
        raise NotFound("there is no such receipt")
    city = ask.city
    span = span_of(question, ask.services.now_ms, city.zone)
    known = city.department if question.departments else {city.code, *city.street}
    if code not in known:
        raise NotFound("there is no such receipt")
    read = department_receipt if question.departments else place_receipt
    found = read(ask.services.db, ask.actor, city, code, span)
    cuts = receipt_editions(ask.services.db, ask.actor, city, found, span)
    columns = (
        *(ask.column("goal"), ask.column("sign_code"), ask.column("sign", width=24)),
        ask.column("owner", width=22),
        *(ask.column(name, Kind.NUMBER) for name in _HOURS),
        Column(ask.text("col.points"), Kind.NUMBER, 10, 2),
        *(ask.column("counts"), ask.column("weights_version"), ask.column("cuts_version")),
    )
    facts = (
        *_facts(ask, question, None, span),
        (ask.text("filter.of"), _name(ask, question, code)),
        (ask.text("col.score"), _hundredths(found.score) or ask.text("none")),
        (ask.text("col.points"), _hundredths(found.points) or "0"),
        (ask.text("floored"), _hundredths(found.floored) or "0"),
    )
    signs = [city.sign[line.sign] for line in found.lines if line.sign in city.sign]
    rows = _lines(ask, found, cuts)
    return ask.short("receipt", columns, rows, facts, meaning(ask, signs), demo=ask.simulated())


def _lines(ask: Ask, found: Receipt, cuts: Editions) -> list[Row]:
    """Every line with the versions of weights and cut-offs that it was made by."""
    weights = " → ".join(str(one.version) for one in found.weights)
    goals = {goal.code: ask.view.name(goal.name) for goal in ask.city.goals}
    rows: list[Row] = [
        (
            *_line(ask, line, goals.get(line.goal, line.goal)),
            *(weights, editions_short(cuts.get(line.sign, ()))),
        )
        for line in found.lines
    ]
    if found.folded is not None:
        others = ask.text("folded", n=found.folded.lines)
        rows.append(
            (None, None, others, *(None,) * 7, found.folded.points / 100, None, weights, None)
        )
    return rows


def _line(ask: Ask, line: Line, goal: str) -> Row:
    hours = line.hours
    return (
        *(goal, line.sign, ask.sign_name(line.sign), ask.department_name(line.department)),
        *(round(h, 3) for h in (hours.known, hours.attention, hours.warning, hours.alarm)),
        *(line.expected, None if line.coverage is None else round(line.coverage, 4)),
        line.points / 100,
        ask.text("counts.yes" if line.why is None else f"why.{line.why}"),
    )


def _ranked(ask: Ask, question: Question, row: Ranked) -> Row:
    change = row.change
    return (
        *(row.rank, row.rank_low, row.rank_high, row.rank_before),
        ask.text("tied") if row.tied else None,
        *(row.code, _name(ask, question, row.code)),
        *(row.value, row.raw, row.low, row.high),
        *((change.delta, change.low, change.high) if change else (None, None, None)),
        *(row.numerator, row.denominator, row.excluded, row.coverage, row.usable),
        None if row.why is None else ask.text(f"why.{row.why}"),
    )


def _facts(
    ask: Ask, question: Question, sign: Sign | None, span: Span, **more: str | None
) -> tuple[tuple[str, str], ...]:
    measured = ask.view.text("rankings.measure.index")
    picture = ask.services.pictures.now(ask.actor)
    marks = ask.marks(
        None if picture is None else min(span.until, picture.as_of),
        measure=ask.sign_name(sign.code) if sign else measured,
        of=question.group_name(ask.city),
        period=f"{ask.when(span.from_ms)} – {ask.when(span.to_ms)}",
        **more,
    )
    return marks if sign else (*marks, *weights_facts(ask, weighed_over(ask.city, span)))


def _name(ask: Ask, question: Question, code: str) -> str:
    return ask.department_name(code) if question.departments else ask.place_name(code)


def _hundredths(points: int | None) -> str | None:
    return None if points is None else f"{points / 100:.2f}"
