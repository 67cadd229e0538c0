"""The receipt of a score (得分小票), in light elements: every line, to the last digit."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from dashboard.components.light import Node, el
from dashboard.components.versions import Editions, cut_words, weights_words
from dashboard.components.view import View
from dashboard.desks.rankings.rank_table import MINUS, NONE, places
from dashboard.desks.rankings.receipt_recipes import GRADES, RECIPES, Shown
from dashboard.desks.rankings.receipt_whatif import whatif
from domain.catalogue import Catalogue
from domain.scoring.ranking import Ranked
from domain.scoring.receipt import FULL, Folded, Group, Line, Receipt

WIDTH = 6  # columns, whatever the recipe


@dataclass(frozen=True, slots=True)
class Slip:
    """What stands around the lines of a receipt."""

    view: View
    catalogue: Catalogue
    title: str  # whose score it is
    period: str  # in words
    standing: Ranked | None = None  # its line in the ranking
    others: tuple[int, ...] = ()  # the ranked scores of its peers, in hundredths
    close: str | None = None  # where the panel is not open
    links: Node | None = None  # to take the lines away
    editions: Editions = field(default_factory=dict)  # cut-offs behind the lines


def receipt_panel(slip: Slip, receipt: Receipt) -> list[Any]:
    """The whole panel."""
    view = slip.view
    groups = receipt.groups([goal.code for goal in slip.catalogue.goals])
    rest = [line for group in groups for line in group.lines if not _told(line)]
    return el(
        "section",
        heading(slip),
        _score(slip, receipt),
        *_made_by(slip, receipt),
        el(
            "table",
            el("thead", el("tr", *(_th(view, name) for name in RECIPES[receipt.recipe].columns))),
            el("tbody", *(row for group in groups for row in _group(slip, group, receipt))),
            el("tbody", *_rest(view, rest), *_folded(view, receipt.folded)),
            el("tfoot", *_sum(view, receipt)),
            cls="receipt-table",
        ),
        _quiet(slip, rest),
        whatif(view, slip.catalogue, receipt, slip.others),
        cls="receipt",
        aria_label=view.text("rankings.receipt"),
    )


def hundredths(points: int) -> str:
    """`7632` as `76.32`, with a real minus."""
    return ("" if points >= 0 else MINUS) + f"{abs(points) // 100}.{abs(points) % 100:02d}"


def _told(line: Line) -> bool:
    """Whether a line stands on its own: those that took nothing are told together."""
    return line.why is not None or line.points > 0


def heading(slip: Slip, title: str = "rankings.receipt") -> Node:
    """Whose receipt it is, the printer, the way out."""
    view = slip.view
    close = None
    if slip.close is not None:
        word = view.text("rankings.receipt.close")
        close = el("a", "×", href=slip.close, cls="receipt-close", aria_label=word, data_stay=True)
    return el(
        "div",
        el("h2", view.text(title)),
        el("span", slip.title),
        slip.links,
        el("button", view.text("rankings.receipt.print"), type="button", data_print=True),
        close,
        cls="receipt-head",
    )


def _score(slip: Slip, receipt: Receipt) -> Node:
    view, row = slip.view, slip.standing
    figure = NONE if receipt.score is None else hundredths(receipt.score)
    said: list[Node] = [el("b", figure, data_figure="score")]
    if row is not None and row.rank is not None:
        tied = "rankings.receipt.rank_tied" if row.tied else "rankings.receipt.rank"
        span = places(view, row.rank_low, row.rank_high)
        said.append(el("span", view.text(tied, n=row.rank, places=span)))
    elif row is not None:
        said.append(el("span", view.text(f"rankings.why.{row.why}"), cls="rank-why"))
    said.append(el("span", slip.period))
    return el("p", *said, cls="receipt-score")


def _made_by(slip: Slip, receipt: Receipt) -> list[Node]:
    """The formula with its weights, and the versions of weights and cut-offs."""
    view, n = slip.view, len(receipt.weights)
    said = [view.text("versions.mixed", n=n)] if n > 1 else []
    for weights in receipt.weights:
        costs = {grade: f"{getattr(weights, grade):g}" for grade in GRADES}
        asked = {"of": weights.scale, "n": receipt.count, **costs}
        said += [weights_words(view, weights), view.text("rankings.receipt.formula", **asked)]
    formula = RECIPES[receipt.recipe].formula
    if formula is not None:
        said.append(view.text(formula))
    shown = {line.subject.code for line in receipt.lines}
    cuts = {code: listed for code, listed in slip.editions.items() if code in shown}
    said += cut_words(view, slip.catalogue, cuts)
    return [el("p", text, cls="receipt-formula") for text in said]


def _th(view: View, name: str) -> Node:
    return el("th", view.text(f"rankings.receipt.col.{name}"), scope="col")


def _group(slip: Slip, group: Group, receipt: Receipt) -> list[Node]:
    goal = next((goal for goal in slip.catalogue.goals if goal.code == group.code), None)
    name = group.code if goal is None else slip.view.name(goal.name)
    known = any(line.why is None for line in group.lines)  # nothing known is not nothing taken
    head = el(
        "tr",
        el("td", name, colspan=WIDTH - 1),
        el("td", _taken(group.points) if known else NONE),
        cls="receipt-goal",
    )
    told = sorted(filter(_told, group.lines), key=lambda line: (-line.points, line.subject.code))
    shown = RECIPES[receipt.recipe]
    return [head, *(_line(slip, line, receipt, shown) for line in told)]


def _line(slip: Slip, line: Line, receipt: Receipt, shown: Shown) -> Node:
    view = slip.view
    name = sign_name(slip, line.subject.code)
    if line.why is not None:
        why = view.text(f"rankings.unusable.{line.why}")
        return el(
            "tr",
            el("td", name),
            el("td", why, colspan=WIDTH - 2),
            el("td", f"({hundredths(shown.most(line, receipt))})"),
            cls="receipt-none",
        )
    return el(
        "tr",
        el("td", name),
        *shown.cells(line),
        el("td", _taken(line.points), cls="receipt-points"),
        data_points=line.points,
    )


def _taken(points: int) -> str:
    return hundredths(-points) if points else "0.00"


def _rest(view: View, rest: Sequence[Line]) -> list[Node]:
    if not rest:
        return []
    return [_note(view.text("rankings.receipt.rest", n=len(rest)), "0.00", 0)]


def _folded(view: View, folded: Folded | None) -> list[Node]:
    if folded is None:
        return []
    text = view.text("rankings.receipt.folded", n=folded.lines, usable=folded.usable)
    return [_note(text, _taken(folded.points), folded.points)]


def _note(text: str, figure: str, points: int) -> Node:
    return el(
        "tr",
        el("td", text, colspan=WIDTH - 1),
        el("td", figure, cls="receipt-points"),
        data_points=points,
    )


def _sum(view: View, receipt: Receipt) -> list[Node]:
    usable = receipt.count - receipt.excluded
    if receipt.folded is not None:
        usable -= receipt.folded.lines - receipt.folded.usable
    rows = [
        (view.text("rankings.receipt.full"), hundredths(FULL), None),
        (view.text("rankings.receipt.total", n=usable), _taken(receipt.points), "total"),
    ]
    if receipt.floored:
        rows.append(
            (view.text("rankings.receipt.floored"), f"+{hundredths(receipt.floored)}", None)
        )
    score = NONE if receipt.score is None else hundredths(receipt.score)
    rows.append((view.text("rankings.receipt.score"), score, "sum"))
    return [
        el("tr", el("td", text, colspan=WIDTH - 1), el("td", figure, data_figure=about))
        for text, figure, about in rows
    ]


def _quiet(slip: Slip, rest: Sequence[Line]) -> Node | None:
    if not rest:
        return None
    names = slip.view.text("rankings.join").join(
        sign_name(slip, line.subject.code) for line in rest
    )
    return el(
        "details",
        el("summary", slip.view.text("rankings.receipt.quiet", n=len(rest))),
        el("p", names),
        id="receipt-quiet",
    )


def sign_name(slip: Slip, code: str) -> str:
    """A sign's short name; its code where the catalogue has no such sign any more."""
    sign = slip.catalogue.sign.get(code)
    return code if sign is None else slip.view.name(sign.short)
