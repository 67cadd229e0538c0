"""A unit (对象): whatever an indicator is about: a place, a department, an industry, a scenario …

What tells kinds of units apart stays with their own types (`domain.place`, `domain.catalogue`); a
unit is what they have in common, so that scores, notes, links and exports are written once.
"""

from dataclasses import dataclass

from domain.text import Text

PLACE = "place"  # the district, its streets and towns, its special areas
COMMITTEE = "committee"
DEPARTMENT = "department"
INDUSTRY = "industry"
SCENARIO = "scenario"
_BETWEEN = ":"


class UnknownUnit(LookupError):
    """The city has no such unit."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One of whatever is judged, scored, compared and shown."""

    kind: str
    code: str  # among its kind
    name: Text
    short: Text  # where many stand side by side
    owner: str | None = None  # code of the department that answers for it
    peers: str | None = None  # code of the group it is compared within; None: with nobody

    @property
    def key(self) -> str:
        """The text under which the store keeps what is known of it."""
        return unit_key(self.kind, self.code)


def unit_key(kind: str, code: str) -> str:
    """The store's text for a unit: a place is its code alone, any other has its kind before it."""
    return code if kind == PLACE else f"{kind}{_BETWEEN}{code}"


def of_key(key: str) -> tuple[str, str]:
    """(kind, code) behind a text of the store."""
    kind, between, code = key.partition(_BETWEEN)
    return (kind, code) if between else (PLACE, key)
