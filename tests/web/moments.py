"""A picture of the moment under the test's control, where the web finds the engine's."""

from collections.abc import Mapping
from typing import Any

from data_access.store.engine_state import write_published
from data_access.views.pictures import VIEW, pack_picture
from domain.freshness import Freshness
from domain.judging import lines_of
from domain.picture import NOTHING, Cell, Picture
from domain.sign import Sign, State
from tests.web.site import Site

Planted = Mapping[tuple[str, str], Cell]  # (sign, place) → its cell


def live(site: Site, value: float, state: State, since_s: float = 600, **more: Any) -> Cell:
    """A cell observed a second ago whose state has held for `since_s` seconds."""
    now = site.clock.ms
    cell = Cell(value, state, Freshness.LIVE, now - 1000, now - round(since_s * 1000), False)
    return cell._replace(**more)


def stale(site: Site, sign: Sign, value: float) -> Cell:
    """A value a minute past its time."""
    at = site.clock.ms - (sign.stale_after_s + 60) * 1000
    return Cell(value, State.UNKNOWN, Freshness.STALE, at, None, False)


def publish(site: Site, planted: Planted, version: int = 1) -> Picture:
    """Every sign normal at its typical value everywhere, but for what is planted."""
    city = site.services.catalogue
    signs = tuple(sign.code for sign in city.signs)
    places = (city.code, *city.street)

    def cell(sign: Sign, place: str) -> Cell | None:
        if place != city.code and not sign.at_street:
            return None
        lines = lines_of(city, sign, place, None, site.clock.ms)
        usual = live(site, lines.typical, State.NORMAL)
        found = planted.get((sign.code, place), usual)
        if found.value is None or found.state is State.UNKNOWN:
            return found
        return found._replace(badness=lines.badness(found.value), version=lines.version)

    rows = tuple(tuple(cell(sign, place) for sign in city.signs) for place in places)
    weights = city.weights_at(site.clock.ms)
    picture = Picture(version, site.clock.ms, city.version, signs, places, rows, weights)
    with site.db.write() as conn:
        write_published(site.db, conn, VIEW, version, site.clock.ms, pack_picture(picture))
    return picture


__all__ = ["NOTHING", "Planted", "live", "publish", "stale"]
