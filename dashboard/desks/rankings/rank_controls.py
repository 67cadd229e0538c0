"""What a reader of a ranking may choose: peer group, measure, period; all in the address."""

from dashboard.components.light import Node, el
from dashboard.components.period import Period, picker
from dashboard.desks.rankings.rank_question import PATH
from dashboard.desks.rankings.standings import Asked, worded
from domain.catalogue import Catalogue


def controls(one: Asked, city: Catalogue, period: Period) -> Node:
    """The row of choices above the table."""
    question = one.question
    kept = {**question.filters(), "receipt": None}
    return el(
        "div",
        _groups(one, city),
        _parts(one) if len(one.groups[one.peers.group]) > 1 else None,
        _measure(one) if len(one.choices) > 1 else None,
        picker(question.view, PATH, kept, period, one.measure.periods),
        cls="rank-controls",
    )


def remark(one: Asked, city: Catalogue) -> Node | None:
    """What is to be known of a group: areas overlie streets, some departments own no signs."""
    view, peers = one.question.view, one.peers
    if peers.overlie:
        said = view.text("rankings.areas", kind=worded(view, peers.group_name))
        return el("p", said, cls="desk-note")
    if not peers.left_out:
        return None
    names = [view.name(one.measure.row_name(city, code)) for code in peers.left_out]
    listed = view.text("rankings.join").join(names)
    return el("p", view.text("rankings.unowned", list=listed), cls="desk-note")


def _groups(one: Asked, city: Catalogue) -> Node:
    question, view = one.question, one.question.view
    ranks = {peers.group for peers in one.measure.peers(city)}
    links = []
    for group, parts in one.groups.items():
        count, here = sum(len(part.units) for part in parts), group == one.peers.group
        if not count:
            continue
        kept = {} if group in ranks else {"measure": None}
        href = question.href(of=group, kind=None, receipt=None, **kept)
        links.append(_choice(worded(view, parts[0].group_name), count, href, here=here))
    return el("nav", *links, cls="choices", aria_label=view.text("rankings.of"))


def _parts(one: Asked) -> Node:
    question, view = one.question, one.question.view
    parts = one.groups[one.peers.group]
    links = [
        _choice(
            worded(view, part.name),
            len(part.units),
            question.href(kind=part.kind if n else None, receipt=None),
            here=part.code == one.peers.code,
        )
        for n, part in enumerate(parts)
        if part.units or part.code == one.peers.code
    ]
    return el("nav", *links, cls="choices", aria_label=view.text("rankings.kind"))


def _choice(text: str, count: int, href: str, *, here: bool) -> Node:
    return el(
        "a",
        text,
        el("i", str(count)),
        cls="choice choice-here" if here else "choice",
        href=href,
        aria_current="true" if here else None,
    )


def _measure(one: Asked) -> Node:
    """A select that asks again at once; without it the address says the same."""
    question, view = one.question, one.question.view
    options = [
        el("option", worded(view, each.name), value=each.code, selected=each is one.measure)
        for each in one.choices
    ]
    kept = {**question.filters(), "measure": None, "receipt": None, "sort": None}
    kept |= {"lang": view.lang if view.lang != "zh" else None, "theme": view.theme}
    hidden = [
        el("input", type="hidden", name=name, value=str(value))
        for name, value in kept.items()
        if value is not None
    ]
    return el(
        "form",
        *hidden,
        el("label", view.text("rankings.measure"), for_="rankings-measure"),
        el("select", *options, name="measure", id="rankings-measure"),
        method="get",
        action=PATH,
        data_auto=True,
    )
