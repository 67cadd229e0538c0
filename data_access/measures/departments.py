"""Departments by the score of the vital signs that they own, at the district."""

from collections.abc import Iterator

from data_access.catalogue.places import DEPARTMENT_KINDS
from data_access.scoring.hours import Basis, ByHours
from data_access.scoring.measure import Measure, Peers
from domain.actor import Actor
from domain.catalogue import Catalogue
from domain.text import Text
from domain.unit import DEPARTMENT


def measures(_catalogue: Catalogue) -> Iterator[Measure]:
    """One: the score."""
    yield Measure(
        code="department",
        kind=DEPARTMENT,
        name="rankings.measure.index",
        order=30,
        peers=_peers,
        row_name=_row_name,
        scoring=ByHours(basis),
        opens=_opens,
    )


def basis(catalogue: Catalogue, code: str) -> Basis:
    """The signs that a department owns; KeyError for no such department."""
    own = catalogue.department[code].code
    signs = tuple(s.code for s in catalogue.signs if s.department == own)
    return Basis(own, catalogue.code, signs)


def _peers(catalogue: Catalogue) -> tuple[Peers, ...]:
    owners = {sign.department for sign in catalogue.signs}
    return tuple(
        Peers(
            code=kind,
            group="departments",
            group_name="rankings.of.departments",
            units=tuple(d for d in of_kind if d in owners),
            kind=kind,
            kind_name=f"rankings.kind.{kind}",
            left_out=tuple(d for d in of_kind if d not in owners),
        )
        for kind, of_kind in (
            (kind, [d.code for d in catalogue.departments if d.kind == kind])
            for kind in DEPARTMENT_KINDS
        )
    )


def _row_name(catalogue: Catalogue, code: str) -> Text:
    return catalogue.department[code].tight


def _opens(actor: Actor, department: str) -> bool:
    """Which signs made the score is the department's own matter."""
    return actor.owns(department)
