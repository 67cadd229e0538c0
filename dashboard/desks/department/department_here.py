"""What the parts of a department's page share, gathered once a visit."""

from typing import NamedTuple

from dashboard.desks.rankings.rank_question import DepartmentQuestion
from dashboard.desks.rankings.standings import span_of
from dashboard.desks.spec import Visit
from data_access.rankings.registry import of_kind
from data_access.rankings.standings import ranking
from data_access.scoring.departments import open_department
from data_access.scoring.measure import Measure, Standings
from domain.place import Department
from domain.scoring.ranking import Ranked
from domain.unit import DEPARTMENT


class Here(NamedTuple):
    """A department, and how it stands among its peers."""

    visit: Visit[DepartmentQuestion]
    department: Department
    measure: Measure  # what departments are shown by
    standings: Standings
    row: Ranked | None  # None: it is not ranked


def here_at(visit: Visit[DepartmentQuestion]) -> Here | None:
    """The department of the question; None when there is no such one."""
    city, actor, question = visit.city, visit.actor, visit.question
    department = open_department(city, actor, question.code)
    if department is None:
        return None
    span = span_of(question, visit.now_ms, city.zone)
    measure = of_kind(city, DEPARTMENT)[0]
    found = ranking(visit.db, actor, city, measure.code, department.kind, span)
    row = next((r for r in found.ranking.rows if r.code == department.code), None)
    return Here(visit, department, measure, found, row)
