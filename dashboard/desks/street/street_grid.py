"""All signs of the catalogue at one place, each always in its place, by field of work."""

from dashboard.components import mark
from dashboard.components.export_links import export_links
from dashboard.components.light import Node, el
from dashboard.components.moment import ageing
from dashboard.desks.street.street_head import Here
from dashboard.desks.street.street_standing import ABSENT, WHOLE, bucket, count
from dashboard.desks.street.street_troubles import aged
from domain.freshness import Freshness
from domain.picture import Cell
from domain.place import Named
from domain.sign import GRADED, Sign


def grid(here: Here, selected: str | None) -> list[Node]:
    """Heading, one list a field, and below each what is not defined here."""
    view, counts = here.view, here.standing.counts
    said = view.text(
        "street.all.counts",
        normal=counts.normal,
        bad=counts.alarm + counts.warning + counts.attention,
        stale=counts.stale,
        unknown=counts.unknown,
        absent=counts.absent,
        whole=counts.whole,
    )
    late = el("small", view.text("street.late", n=counts.late), cls="street-late")
    title = view.text("street.all", n=len(here.city.signs))
    take = export_links(view, "street-signs", {"code": here.standing.place.code})
    heading = el("h2", title, el("small", said), late if counts.late else None)
    fields = [_field(here, domain, selected) for domain in here.city.domains]
    return [el("div", heading, take, cls="street-bar-head"), el("div", *fields, cls="street-grid")]


def _field(here: Here, domain: Named, selected: str | None) -> Node:
    view = here.view
    signs = [sign for sign in here.city.signs if sign.domain == domain.code]
    defined = [sign for sign in signs if sign.code in here.cells]
    counts = count(here.city, here.cells, signs)
    marks = [
        el("span", mark.state(view, state, word=False), str(counts.of(state)))
        for state in reversed(GRADED)
        if counts.of(state)
    ]
    normal = view.text("street.normal", n=counts.normal, of=counts.applies)
    return el(
        "section",
        el(
            "header",
            el("h3", view.name(domain.name)),
            el("span", *marks, el("small", normal), cls="street-field-counts"),
        ),
        el("ul", *(_cell(here, sign, here.cells[sign.code], selected) for sign in defined)),
        _without(
            here, "street.absent", [s for s in signs if bucket(s, here.cells.get(s.code)) == ABSENT]
        ),
        _without(
            here, "street.whole", [s for s in signs if bucket(s, here.cells.get(s.code)) == WHOLE]
        ),
        data_domain=domain.code,
    )


def _without(here: Here, key: str, signs: list[Sign]) -> Node | None:
    """The names of the signs that have no cell here, under what they have in common."""
    if not signs:
        return None
    view = here.view
    names = view.text("street.names").join(view.name(s.short) for s in signs)
    return el("p", el("b", view.text(key, n=len(signs))), names, cls="street-absent")


def _cell(here: Here, sign: Sign, cell: Cell, selected: str | None) -> Node:
    view = here.view
    figure, unit = mark.value(view, sign, cell)
    # a dash says enough of what has never been reported
    age = None if cell.freshness is Freshness.NEVER else aged(here, cell)
    link = el(
        "a",
        mark.drawn(cell.state),
        el("span", view.name(sign.short), cls="street-sign"),
        figure,
        unit,
        age,
        href=view.href(here.question.path, sign=sign.code),
        title=_title(here, sign, cell),
        data_stay="",
    )
    return el(
        "li",
        link,
        data_sign=sign.code,
        data_state=cell.state.value,
        aria_current="true" if sign.code == selected else None,
        **ageing(sign, cell),
    )


def _title(here: Here, sign: Sign, cell: Cell) -> str:
    view = here.view
    owner = here.city.department[sign.department]
    return " · ".join(
        (
            view.name(sign.name),
            view.text(f"state.{cell.state}"),
            view.text(f"freshness.{cell.freshness}"),
            view.name(owner.tight),
        )
    )
