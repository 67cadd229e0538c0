"""What the parts of a sign's page share, gathered once a visit."""

from dashboard.desks.sign.sign_now import Here
from dashboard.desks.sign.sign_question import SignQuestion
from dashboard.desks.spec import Visit
from data_access.intake.provisional import is_provisional
from data_access.intake.revisions import corrections
from data_access.scoring.target_values import aims
from domain.aim import Aim
from domain.picture import Cell


def here_at(visit: Visit[SignQuestion]) -> Here:
    """The sign at the place of the question; both are known."""
    question, city, picture = visit.question, visit.city, visit.picture
    sign, place = city.sign[question.code], question.street or city.code
    cell = picture.cell(sign.code, place) if picture else None
    asked = (visit.db, visit.actor, city, sign.code, place, visit.now_ms)
    early = cell is not None and is_provisional(*asked)
    again, wanted = _corrected(visit, sign.code, place, cell), _targets(visit, sign.code)
    return Here(question, city, sign, place, cell, picture, visit.now_ms, early, again, wanted)


def _corrected(visit: Visit[SignQuestion], sign: str, place: str, cell: Cell | None) -> int:
    """How often the newest value was corrected."""
    if cell is None or cell.at is None:
        return 0
    of = None if place == visit.city.code else place
    found = corrections(visit.db, visit.actor, sign, of, cell.at, cell.at + 1, 1)
    return len(found[0]) - 1 if found else 0


def _targets(visit: Visit[SignQuestion], sign: str) -> dict[str, Aim]:
    """The sign's targets that are in force, by place."""
    city, picture = visit.city, visit.picture
    if picture is None or sign not in city.targets:
        return {}
    places = (city.code, *city.street)
    found = aims(visit.db, visit.actor, city, picture, places, (sign,), visit.now_ms)
    return {there: aim for (there, _), aim in found.items()}
