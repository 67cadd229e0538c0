"""`/sign/<code>`: one vital sign: now, why, its course, the streets, its definition."""

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashboard.desks.sign.corrections_export import corrections_table
from dashboard.desks.sign.note_list import DRAFT
from dashboard.desks.sign.series_export import series_table
from dashboard.desks.sign.sign_question import SignQuestion
from dashboard.desks.sign.sign_streets_export import sign_streets
from dashboard.desks.sign.sign_unknown import unknown
from dashboard.desks.spec import Crumb, PageSpec, Seen, Skeleton, Visit, Writing
from dashboard.export.table import Table
from dashboard.house.services import current_services
from dashboard.security.policy import STAFF
from domain.actor import Role
from domain.picture import Picture

LIST = "/signs"
PARTS = ("head", "periods", "course", "corrections", "notes", "places", "definition")
WORDS = ("added", "withdrawn", "gone", "later", "forbidden", "text", "span", "sign", "place")


def _named(question: SignQuestion) -> str:
    """A sign, and the place whose page of it this is."""
    view, city = question.view, current_services().catalogue
    sign, street = city.sign.get(question.code), city.street.get(question.street or "")
    if sign is None:
        return view.text("nav.signs")
    name = view.name(sign.name)
    return name if street is None else f"{name} · {view.name(street.name)}"


def _crumbs(question: SignQuestion) -> Sequence[Crumb]:
    steps = html.Span(html.B(question.code), id="sign-crumbs", className="desk-crumbs")
    return [(question.view.text("nav.signs"), question.view.href(LIST)), (steps, None)]


def _containers(question: SignQuestion) -> list[Component]:
    body = [html.Section(id=f"sign-{part}") for part in PARTS]
    # of another sign or street nothing may stay: the key makes each a page of its own
    return [html.Div(body, key=f"{question.code} {question.street}", className="sign-page")]


def _seen(visit: Visit[SignQuestion], picture: Picture) -> Seen:
    cell = picture.cell(visit.question.code, visit.question.street or visit.city.code)
    return Seen(None, False) if cell is None else Seen(cell.at, cell.demo)


SPEC: PageSpec[SignQuestion] = PageSpec(
    name="sign",
    path="/sign/<code>",
    roles=STAFF,
    order=21,
    title=_named,
    question=SignQuestion.of,
    crumbs=_crumbs,
    containers=_containers,
    section=LIST,
    renew_s=15,
    skeleton=Skeleton(18),
    seen=_seen,
    unknown=unknown,
    writing=Writing(
        draft=DRAFT,
        outcome="sign-note-outcome",
        roles=frozenset((Role.OPERATOR, Role.ADMIN)),
        said="note.said",
        words=frozenset(WORDS),
    ),
    tables=(
        Table("sign-streets", sign_streets, STAFF),
        Table("series", series_table, STAFF),
        Table("corrections", corrections_table, STAFF),
    ),
)
