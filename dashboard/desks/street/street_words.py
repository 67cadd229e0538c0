"""Figures and words of places as people read them."""

from dashboard.components.mark import DASH, number, signed
from dashboard.components.view import View
from domain.catalogue import Catalogue
from domain.clock import DAY_MS, HOUR_MS, MINUTE_MS
from domain.place import Street
from domain.sign import State

NONE = DASH


def state_word(view: View, state: State) -> str:
    """A state inside a sentence."""
    text = view.text(f"state.{state}")
    return text if view.lang == "zh" else text.lower()


def kind_name(view: View, city: Catalogue, place: Street) -> str:
    """What kind of place it is: 街道, town …"""
    kind = city.kind[place.kind]
    return view.name(kind.name)


def index_text(value: float | None, decimals: int = 1) -> str:
    """An index as the wall shows it; a dash where none is known."""
    return number(value, decimals)


def delta(now: float | None, then: float) -> str:
    """How far an index has moved since, with its sign; nothing where it stands still."""
    if now is None:
        return ""
    moved = round(now, 1) - round(then, 1)
    return signed(moved, 1) if round(moved, 1) else "±0"


def people_text(view: View, n: int | None) -> str:
    """A number of residents or jobs: 12.1 万, 121 K."""
    if n is None:
        return NONE
    return view.text("streets.people", n=number(n / view_unit(view), 1 if view.lang == "zh" else 0))


def view_unit(view: View) -> int:
    """How many people the unit of `people_text` is."""
    return 10_000 if view.lang == "zh" else 1_000


def area_text(km2: float | None) -> str:
    """An area in km²."""
    return number(km2, 1)


def lasting(view: View, ms: int) -> str:
    """A duration in words, as assets/js/base/format.js says it on the wall."""
    minutes = max(0, ms) // MINUTE_MS
    if minutes < 1:
        return view.text("duration.seconds")
    if minutes < HOUR_MS // MINUTE_MS:
        return view.text("duration.minutes", n=minutes)
    hours, rest = divmod(minutes, 60)
    if hours >= 48:
        return view.text("duration.days", n=minutes * MINUTE_MS // DAY_MS)
    if rest == 0:
        return view.text("duration.hours", n=hours)
    return view.text("duration.hours_minutes", h=hours, m=rest)
