"""The answer of /rankings: sentence, choices, table, and the receipt of a score beside it."""

from dataclasses import replace
from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, State

from dashboard.components.export_links import export_links
from dashboard.components.light import Node, el
from dashboard.components.moment import moment
from dashboard.components.picking import Picking, known, pick_bar
from dashboard.components.tick import held
from dashboard.components.units import unit_path
from dashboard.desks.rankings.rank_controls import controls, remark
from dashboard.desks.rankings.rank_plot import rank_plot
from dashboard.desks.rankings.rank_question import Question
from dashboard.desks.rankings.rank_table import Look, out_table, rank_table
from dashboard.desks.rankings.rank_words import ends, lead, notes, weighed
from dashboard.desks.rankings.receipt_panel import Slip, heading, receipt_panel
from dashboard.desks.rankings.receipt_rate import rate_panel
from dashboard.desks.rankings.standings import measured, standings
from dashboard.house.services import Services
from dashboard.security.policy import policy
from dashboard.security.sessions import caller_address, current_actor
from data_access.scoring.scores import Standings, department_receipt, place_receipt, rate_base
from data_access.series.editions import receipt_editions
from domain.actor import PEOPLE, Actor, Forbidden, Role
from domain.catalogue import Catalogue
from domain.indicator import Direction
from domain.ranking import Ranked
from domain.receipt import Receipt
from domain.sign import Sign
from domain.span import Span
from domain.unit import DEPARTMENT, PLACE

SCORE_DECIMALS = 1


def register(app: dash.Dash, services: Services) -> None:
    """Register this page's callbacks on an application."""

    @app.callback(
        Output("rankings-answer", "data"),
        Input("rankings-tick", "n_intervals"),
        State("rankings-question", "data"),
        running=held("rankings-tick"),
    )
    @policy(*PEOPLE)
    def rankings_answer(_ticks: Any, stored: Any) -> dict[str, list[Node]]:
        question = Question.of_address(stored)
        return _answer(services, question, current_actor())

    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction("whatif", "paint"), Input("rankings-answer", "data")
    )


def _answer(services: Services, question: Question, actor: Actor) -> dict[str, list[Node]]:
    view, city, now_ms = question.view, services.catalogue, services.now_ms
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
    panel = _panel(services, question, actor, sign, found)
    body = el("div", page, panel, cls="rank", data_open=panel is not None)
    picture = services.pictures.now(actor)
    demo = picture is not None and any(cell.demo for _, _, cell in picture.every())
    # hours are no newer than what was observed: a city that is silent must not look alive
    data_at, beat = (picture.data_time(), picture.as_of) if picture else (None, None)
    until = None if data_at is None else min(found.span.until, data_at)
    mark = moment(view, city, now_ms, until, demo, beat)
    return {"rankings-body": [body], "desk-mark": mark}


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
    return not question.departments or actor.role is not Role.DEPARTMENT or actor.department == code


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


def _panel(
    services: Services, question: Question, actor: Actor, sign: Sign | None, found: Standings
) -> Node | None:
    """The receipt that is asked for, or the word why there is none."""
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
        at = services.now_ms
        services.denials.note(at, actor.label, "denied.receipt", code, caller_address())
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
