"""The body of /rankings: sentence, choices, table, and the receipt of a score beside it."""

from collections.abc import Callable
from dataclasses import replace

from dashboard.components.export_links import export_links
from dashboard.components.light import Node, el
from dashboard.components.picking import Picking, known, pick_bar
from dashboard.components.units import KINDS_WITH_PAGE, unit_path
from dashboard.desks.rankings.rank_controls import controls, remark
from dashboard.desks.rankings.rank_plot import rank_plot
from dashboard.desks.rankings.rank_table import Look, out_table, rank_table
from dashboard.desks.rankings.rank_words import lead, notes, weighed
from dashboard.desks.rankings.receipt_panel import heading, receipt_panel
from dashboard.desks.rankings.receipt_rate import rate_panel
from dashboard.desks.rankings.slips import slip_of
from dashboard.desks.rankings.standings import Asked, worded
from data_access.rankings.standings import receipt
from data_access.scoring.measure import Standings
from data_access.series.editions import receipt_editions
from data_access.store.db import Database
from domain.actor import Actor, Forbidden
from domain.catalogue import Catalogue
from domain.scoring.receipt import Recipe


def ranking_section(
    one: Asked, found: Standings, city: Catalogue, actor: Actor, now_ms: int
) -> Node:
    """All but the receipt."""
    question, view, scoring = one.question, one.question.view, one.measure.scoring
    codes = known(question.pick, {row.code for row in found.ranking.rows})
    picking = Picking(view, codes, lambda pick: question.href(pick=pick))
    look = replace(_look(one, found, city, actor), picking=picking)
    out = out_table(look, found.ranking)
    return el(
        "section",
        el("h1", worded(view, one.measure.name), el("small", worded(view, one.peers.name))),
        *lead(look, found, scoring.higher_is_better, city.zone),
        controls(one, city, question.period(now_ms, city.zone)),
        rank_plot(look, found.ranking),
        el(
            "div",
            pick_bar(picking, {c: look.name(c) for c in codes}, view.text("pick.hint.plot")),
            export_links(view, "rankings", question.filters()),
            cls="table-head",
        ),
        rank_table(look, found.ranking),
        el("h2", view.text("rankings.out")) if out else None,
        out,
        remark(one, city),
        *(weighed(view, city, found.span) if scoring.recipe is Recipe.HOURS else ()),
        notes(look, found.ranking),
    )


def panel(
    db: Database,
    one: Asked,
    found: Standings,
    city: Catalogue,
    actor: Actor,
    refused: Callable[[str], None],
) -> Node | None:
    """The receipt that is asked for, or the word why there is none; `refused` is told of whom."""
    question, code, sign = one.question, one.question.receipt, one.measure.scoring.sign
    if code is None:
        return None
    row = next((row for row in found.ranking.rows if row.code == code), None)
    slip = slip_of(question.view, city, one.measure, code, found)
    slip = replace(slip, close=question.href(receipt=None))
    word = "rankings.receipt.unknown"
    if row is not None and one.measure.scoring.recipe is Recipe.RATE and sign is not None:
        return rate_panel(slip, row, found.ranking, sign)
    if row is not None:
        try:
            made = receipt(db, actor, city, one.measure.code, code, found.span)
            cuts = receipt_editions(db, actor, city, made, found.span)
            links = export_links(question.view, "receipt", question.filters())
            return receipt_panel(replace(slip, links=links, editions=cuts), made)
        except Forbidden:
            refused(code)
            word = "rankings.receipt.forbidden"
    said = el("p", slip.view.text(word), cls="desk-empty")
    return el("section", heading(slip), said, cls="receipt")


def _look(one: Asked, found: Standings, city: Catalogue, actor: Actor) -> Look:
    question, view, measure = one.question, one.question.view, one.measure

    def page(code: str) -> str | None:
        known = measure.kind in KINDS_WITH_PAGE and measure.opens(actor, code)
        return view.href(unit_path(measure.kind, code)) if known else None

    return Look(
        view=view,
        decimals=found.ranking.decimals,
        rate=measure.scoring.recipe is Recipe.RATE,
        name=lambda code: view.name(measure.row_name(city, code)),
        page=page,
        # whoever asks without a link is answered by the data layer
        receipt=lambda code: question.href(receipt=code) if measure.opens(actor, code) else None,
        sorting=lambda column: question.href(sort=_next_sort(question.sort, column)),
        sort=question.sort,
        chosen=question.receipt or actor.department,
    )


def _next_sort(sort: str, column: str) -> str | None:
    """The first click on a column sorts it upwards, the next one downwards."""
    wanted = f"-{column}" if sort == column else column
    return None if wanted == "rank" else wanted
