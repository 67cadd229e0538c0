"""Units and signs as readers meet them: what one is called, and the address of its page."""

from dashboard.components.view import View
from domain.catalogue import Catalogue
from domain.unit import DEPARTMENT, PLACE

_PAGES = {PLACE: "/street", DEPARTMENT: "/department"}
KINDS_WITH_PAGE = frozenset(_PAGES)


def unit_name(view: View, city: Catalogue, kind: str, code: str) -> str:
    """The name of a unit; its code where the catalogue does not know it."""
    found = city.units[kind].get(code)
    return view.name(found.name) if found else code


def unit_short(view: View, city: Catalogue, kind: str, code: str) -> str:
    """The short name of a unit; its code where the catalogue does not know it."""
    found = city.units[kind].get(code)
    return view.name(found.short) if found else code


def unit_path(kind: str, code: str) -> str:
    """The path of a unit's page; KeyError for a kind that has none."""
    return f"{_PAGES[kind]}/{code}"


def sign_path(code: str) -> str:
    """The path of a sign's page."""
    return f"/sign/{code}"
