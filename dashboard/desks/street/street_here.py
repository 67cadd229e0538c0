"""What the parts of a place's page share, gathered once a visit."""

from dashboard.components.light import Node
from dashboard.components.units import unit_path
from dashboard.desks.spec import Visit
from dashboard.desks.street.street_head import Here
from dashboard.desks.street.street_map import Drawing, close_up
from dashboard.desks.street.street_question import PlaceQuestion
from dashboard.desks.street.street_sign import asked, not_defined, period_of, sign_panel
from dashboard.desks.street.street_standing import exceptions, standing
from dashboard.desks.street.street_table import painted
from data_access.series.editions import editions
from data_access.series.index_history import indexes_at
from data_access.series.notes import notes_on
from data_access.series.series_query import course
from domain.clock import MINUTE_MS
from domain.unit import PLACE


def here_at(visit: Visit[PlaceQuestion]) -> Here:
    """The place of the question, which is known, as the picture has it."""
    question, city, picture = visit.question, visit.city, visit.published
    place = city.street[question.code]
    minute = picture.as_of // MINUTE_MS * MINUTE_MS
    instants = (city.zone.shifted(minute, -1), city.zone.shifted(minute, -7))
    # asked for all places at once: the list and every street share one answer a minute
    places = tuple(street.code for street in city.streets)
    past = indexes_at(visit.db, visit.actor, places, instants)[place.code]
    cells = picture.at_place(place.code)
    bad = exceptions(city, cells)
    now = standing(city, picture, place, past)
    cuts = editions(visit.db, visit.actor, city, tuple(cells), minute, minute + MINUTE_MS)
    return Here(question, city, picture, now, cells, bad, visit.actor, cuts)


def neighbourhood(here: Here, drawing: Drawing) -> list[Node]:
    """The place and its neighbours on the map, painted as they stand."""
    view, city, picture = here.view, here.city, here.picture
    looks = painted(view, city, [standing(city, picture, street) for street in city.counted])
    names = {s.code: view.name(s.short) for s in city.streets}
    place = here.standing.place
    drawn = close_up(view, drawing, place, looks, names, lambda c: view.href(unit_path(PLACE, c)))
    return [drawn] if drawn is not None else []


def selected(here: Here) -> str | None:
    """The sign whose course is shown: the one asked for, else the worst."""
    if here.question.sign in here.city.sign:
        return here.question.sign
    return here.troubles[0] if here.troubles else next(iter(here.cells), None)


def course_of(visit: Visit[PlaceQuestion], here: Here, code: str | None) -> list[Node]:
    """The course of the selected sign over the last day."""
    if code is None:
        return []
    sign, now_ms = here.city.sign[code], visit.now_ms
    if code not in here.cells:
        return not_defined(here, sign)
    period, place = period_of(here, now_ms), here.standing.place.code
    ask = asked(here, visit.services.settings, code, period, now_ms)
    found = course(visit.db, visit.actor, here.city, ask)
    notes = notes_on(visit.db, visit.actor, place, code, period.from_ms, period.to_ms)
    return sign_panel(here, sign, period, found, tuple(notes))
