"""What a reader of a ranking may choose: peer group, measure, period; all in the address."""

from collections import Counter
from dataclasses import replace

from dashboard.components.light import Node, el
from dashboard.components.period import Period, picker
from dashboard.desks.rankings.rank_question import (
    DEPARTMENT_KINDS,
    DEPARTMENTS,
    INDEX,
    PATH,
    PERIODS,
    Question,
)
from data_access.scoring.scores import rate_signs
from domain.catalogue import Catalogue


def controls(question: Question, city: Catalogue, period: Period) -> Node:
    """The row of choices above the table."""
    kept = {**question.filters(), "receipt": None}
    return el(
        "div",
        _groups(question, city),
        _kinds(question, city) if question.departments else None,
        _measure(question, city) if not question.departments else None,
        picker(question.view, PATH, kept, period, PERIODS),
        cls="rank-controls",
    )


def remark(question: Question, city: Catalogue) -> Node | None:
    """What is to be known of a group: areas overlie streets, some departments own no signs."""
    view = question.view
    if not question.departments:
        kind = question.places(city)
        name = view.name(kind.many)
        overlie = None if kind.counts else view.text("rankings.areas", kind=name)
        return el("p", overlie, cls="desk-note") if overlie else None
    owning = {sign.department for sign in city.signs}
    without = [
        view.name(d.tight)
        for d in city.departments
        if d.kind == question.kind and d.code not in owning
    ]
    if not without:
        return None
    listed = view.text("rankings.join").join(without)
    return el("p", view.text("rankings.unowned", list=listed), cls="desk-note")


def owners(city: Catalogue) -> Counter[str]:
    """How many departments of each kind own vital signs."""
    owning = {sign.department for sign in city.signs}
    return Counter(city.department[code].kind for code in owning)


def _groups(question: Question, city: Catalogue) -> Node:
    view = question.view
    places = Counter(street.kind for street in city.streets)
    groups = [replace(question, of=kind.group) for kind in city.kinds if places[kind.code]]
    groups.append(replace(question, of=DEPARTMENTS, measure=INDEX))
    links = []
    for one in groups:
        count = sum(owners(city).values()) if one.departments else places[one.peers(city)]
        here = one.departments == question.departments and one.peers(city) == question.peers(city)
        if count:
            href = one.href(kind=None, receipt=None)
            links.append(_choice(one.group_name(city), count, href, here=here))
    return el("nav", *links, cls="choices", aria_label=view.text("rankings.of"))


def _kinds(question: Question, city: Catalogue) -> Node:
    view, count = question.view, owners(city)
    links = [
        _choice(
            view.text(f"rankings.kind.{kind}"),
            count[kind],
            question.href(kind=kind if kind != "district" else None, receipt=None),
            here=kind == question.kind,
        )
        for kind in DEPARTMENT_KINDS
        if count[kind] or kind == question.kind
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


def _measure(question: Question, city: Catalogue) -> Node:
    """A select that asks again at once; without it the address says the same."""
    view = question.view
    choices = [(INDEX, view.text("rankings.measure.index"))]
    choices += [(s.code, view.name(s.name)) for s in rate_signs(city)]
    options = [
        el("option", text, value=code, selected=code == question.measure) for code, text in choices
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
