"""The columns of targets in an export: wanted, of what, the value of its period, how far, met."""

from collections.abc import Mapping, Sequence

from dashboard.components.aims import basis
from dashboard.export.ask import Ask
from dashboard.export.document import Column, Kind, Row, rounded
from data_access.scoring.target_values import aims
from domain.picture import Picture
from domain.sign import Sign

_NUMBERS = ("target", "target_value", "target_gap")
Cells = Mapping[tuple[str, str], Row]
"""By place and sign; empty where no sign of the table has a target."""


def target_cells(ask: Ask, picture: Picture, places: Sequence[str], signs: Sequence[Sign]) -> Cells:
    """The cells of every target that is in force."""
    codes = tuple(sign.code for sign in signs if sign.code in ask.city.targets)
    services, view = ask.services, ask.view
    found = aims(services.db, ask.actor, ask.city, picture, places, codes, services.now_ms)
    made: dict[tuple[str, str], Row] = {}
    for (place, code), aim in found.items():
        decimals = ask.city.sign[code].decimals
        made[place, code] = (
            *(aim.wanted, aim.value, rounded(aim.gap, decimals)),
            view.text(f"aim.over.{aim.target.over}"),
            view.text(f"aim.{aim.reached}"),
            basis(view, aim.target),
        )
    return made


def target_columns(ask: Ask, cells: Cells) -> tuple[Column, ...]:
    """Their columns; none where there is no target."""
    if not cells:
        return ()
    return (
        *(ask.column(name, Kind.NUMBER) for name in _NUMBERS),
        *(ask.column("target_over"), ask.column("target_met")),
        ask.column("target_basis", width=40),
    )


def row_of(cells: Cells, place: str, sign: str) -> Row:
    """The cells of one row; empty ones where others have a target."""
    return cells.get((place, sign), (None,) * 6) if cells else ()
