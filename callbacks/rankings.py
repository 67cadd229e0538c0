"""The answer of /rankings: sentence, choices, table, and the receipt of a score beside it."""

from dataclasses import replace

import dash

from dashboard.components.export_links import export_links
from dashboard.components.light import Node, el
from dashboard.components.picking import Picking, known, pick_bar
from dashboard.components.units import unit_path
from dashboard.desks.answer import answer_page
from dashboard.desks.rankings.page import SPEC
from dashboard.desks.rankings.rank_controls import controls, remark
from dashboard.desks.rankings.rank_plot import rank_plot
from dashboard.desks.rankings.rank_question import Question
from dashboard.desks.rankings.rank_table import Look, out_table, rank_table
from dashboard.desks.rankings.rank_words import ends, lead, notes, weighed
from dashboard.desks.rankings.receipt_panel import Slip, heading, receipt_panel
from dashboard.desks.rankings.receipt_rate import rate_panel
from dashboard.desks.rankings.standings import measured, standings
from dashboard.desks.spec import Parts, Visit
from dashboard.house.services import Services
from data_access.scoring.scores import Standings, department_receipt, place_receipt, rate_base
from data_access.series.editions import receipt_editions
from domain.actor import Actor, Forbidden
from domain.catalogue import Catalogue
from domain.ranking import Ranked
from domain.receipt import Receipt
from domain.sign import Direction, Sign
from domain.span import Span
from domain.unit import DEPARTMENT, PLACE

SCORE_DECIMALS = 1


def register(app: dash.Dash, services: Services) -> None:
    """Register this page's callbacks on an application."""

    answer_page(app, services, SPEC, rankings_answer)


def rankings_answer(visit: Visit[Question]) -> Parts:
    """The ranking, and beside it the receipt that is asked for."""
    services, question, actor = visit.services, visit.question, visit.actor
    view, city, now_ms = visit.view, visit.city, visit.now_ms
    sign = measured(question, city)
    found = standings(services.db, actor, city, question, now_ms)
    codes = known(question.pick, {row.code for row in found.ranking.rows})
    picking = Picking(view, codes, lambda pick: question.href(pick=pick))
    look = replace(_look(services, question, actor, sign), picking=picking)
    higher = sign is None or sign.direction is Direction.LOWER_WORSE
    table = rank_table(look, found.ranking)
    out = out_table(look, found.ranking)
    page = el(
        "section",
        el("h1", _title(question, sign), el("small", _group(question, city))),
        *lead(look, found, higher, city.zone),
        controls(question, city, question.period(now_ms, city.zone)),
        rank_plot(look, found.ranking),
        el(
            "div",
            pick_bar(picking, {c: look.name(c) for c in codes}, view.text("pick.hint.plot")),
            export_links(view, "rankings", question.filters()),
            cls="table-head",
        ),
        table,
        el("h2", view.text("rankings.out")) if out else None,
        out,
        remark(question, city),
        *(weighed(view, city, found.span) if sign is None else ()),
        notes(look, found.ranking),
    )
    panel = _panel(visit, sign, found)
    body = el("div", page, panel, cls="rank", data_open=panel is not None)
    return {"rankings-body": [body]}


def _look(services: Services, question: Question, actor: Actor, sign: Sign | None) -> Look:
    mine = actor.department if question.departments else None
    return Look(
        view=question.view,
        decimals=SCORE_DECIMALS if sign is None else sign.decimals,
        rate=sign is not None,
        name=lambda code: _name(services, question, code),
        page=lambda code: _page(question, actor, code),
        receipt=lambda code: question.href(receipt=code) if _opens(question, actor, code) else None,
        sorting=lambda column: question.href(sort=_next_sort(question.sort, column)),
        sort=question.sort,
        chosen=question.receipt or mine,
    )


def _opens(question: Question, actor: Actor, code: str) -> bool:
    """Whether to offer a link; whoever asks without one is answered by the data layer."""
    return not question.departments or actor.owns(code)


def _page(question: Question, actor: Actor, code: str) -> str | None:
    if not _opens(question, actor, code):
        return None
    path = unit_path(DEPARTMENT, code) if question.departments else unit_path(PLACE, code)
    return question.view.href(path)


def _name(services: Services, question: Question, code: str) -> str:
    city = services.catalogue
    if question.departments:
        department = city.department[code]
        return question.view.name(department.tight)
    street = city.street[code]
    return question.view.name(street.name)


def _next_sort(sort: str, column: str) -> str | None:
    """The first click on a column sorts it upwards, the next one downwards."""
    wanted = f"-{column}" if sort == column else column
    return None if wanted == "rank" else wanted


def _title(question: Question, sign: Sign | None) -> str:
    view = question.view
    if sign is None:
        return view.text("rankings.measure.index")
    return view.name(sign.name)


def _group(question: Question, city: Catalogue) -> str:
    if question.departments:
        return question.view.text(f"rankings.kind.{question.kind}")
    return question.group_name(city)


def _panel(visit: Visit[Question], sign: Sign | None, found: Standings) -> Node | None:
    """The receipt that is asked for, or the word why there is none."""
    services, question, actor = visit.services, visit.question, visit.actor
    code, city = question.receipt, services.catalogue
    if code is None:
        return None
    row = next((row for row in found.ranking.rows if row.code == code), None)
    slip = _slip(services, question, code, row, found)
    if row is None:
        return _word(slip, "rankings.receipt.unknown")
    if sign is not None:
        return rate_panel(slip, row, found.ranking, sign, rate_base(sign))
    try:
        receipt = _receipt(services, question, actor, code, found.span)
    except Forbidden:
        visit.refused("denied.receipt", code)
        return _word(slip, "rankings.receipt.forbidden")
    links = export_links(question.view, "receipt", question.filters())
    cuts = receipt_editions(services.db, actor, city, receipt, found.span)
    return receipt_panel(replace(slip, links=links, editions=cuts), receipt)


def _receipt(
    services: Services, question: Question, actor: Actor, code: str, span: Span
) -> Receipt:
    ask = department_receipt if question.departments else place_receipt
    return ask(services.db, actor, services.catalogue, code, span)


def _slip(
    services: Services, question: Question, code: str, row: Ranked | None, found: Standings
) -> Slip:
    others = tuple(
        round(other.value * 100)
        for other in found.ranking.rows
        if other.rank is not None and other.value is not None and other.code != code
    )
    return Slip(
        view=question.view,
        catalogue=services.catalogue,
        title=_name(services, question, code) if row is not None else "",
        period=ends(found, services.catalogue.zone),
        standing=row,
        others=others if row is not None and row.rank is not None else (),
        close=question.href(receipt=None),
    )


def _word(slip: Slip, key: str) -> Node:
    return el(
        "section", heading(slip), el("p", slip.view.text(key), cls="desk-empty"), cls="receipt"
    )
