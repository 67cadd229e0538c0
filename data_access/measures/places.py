"""Places by the score of all vital signs and by each rate; a kind of places are peers."""

from collections.abc import Iterator

from data_access.scoring.hours import Basis, ByHours
from data_access.scoring.measure import Measure, Peers
from data_access.scoring.rates import ByRate, rate_signs
from domain.actor import Actor
from domain.catalogue import Catalogue
from domain.text import Text
from domain.unit import PLACE


def measures(catalogue: Catalogue) -> Iterator[Measure]:
    """The score, then the rates in the catalogue's order."""
    yield Measure(
        code="index",
        kind=PLACE,
        name="rankings.measure.index",
        order=10,
        peers=_peers,
        row_name=_row_name,
        scoring=ByHours(basis),
        opens=_opens,
    )
    for sign in rate_signs(catalogue):
        yield Measure(
            code=sign.code,
            kind=PLACE,
            name=sign.name,
            order=20,
            peers=_peers,
            row_name=_row_name,
            scoring=ByRate(sign),
            opens=_opens,
        )


def basis(catalogue: Catalogue, code: str) -> Basis:
    """The signs that apply to a place; KeyError for no such place."""
    if code == catalogue.code:
        return Basis(code, code, tuple(s.code for s in catalogue.signs))
    _ = catalogue.street[code]
    return Basis(code, code, tuple(s.code for s in catalogue.signs if s.at_street))


def _peers(catalogue: Catalogue) -> tuple[Peers, ...]:
    return tuple(
        Peers(
            code=kind.code,
            group=kind.group,
            group_name=kind.many,
            units=tuple(s.code for s in catalogue.streets if s.kind == kind.code),
            overlie=not kind.counts,
        )
        for kind in catalogue.kinds
    )


def _row_name(catalogue: Catalogue, code: str) -> Text:
    return catalogue.street[code].name


def _opens(_actor: Actor, _place: str) -> bool:
    """What a place scored is open to every account; other departments' lines are folded."""
    return True
