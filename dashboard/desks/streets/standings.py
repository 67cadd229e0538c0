"""How every place stands now, beside a day and a week ago."""

from dashboard.desks.spec import Visit
from dashboard.desks.street.street_question import ListQuestion
from dashboard.desks.street.street_standing import Standing, standing
from data_access.series.index_history import indexes_at
from domain.clock import MINUTE_MS


def standings(visit: Visit[ListQuestion]) -> list[Standing]:
    """Every street, town and special area as it stands, in official order."""
    city, picture = visit.city, visit.published
    places = tuple(street.code for street in city.streets)
    minute = picture.as_of // MINUTE_MS * MINUTE_MS
    instants = (city.zone.shifted(minute, -1), city.zone.shifted(minute, -7))
    past = indexes_at(visit.db, visit.actor, places, instants)
    return [standing(city, picture, place, past[place.code]) for place in city.streets]
