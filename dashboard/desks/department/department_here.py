"""What the parts of a department's page share, gathered once a visit."""

from typing import NamedTuple

from dashboard.desks.rankings.rank_question import DepartmentQuestion
from dashboard.desks.rankings.standings import span_of
from dashboard.desks.spec import Visit
from data_access.scoring.departments import open_department
from data_access.scoring.scores import Standings, department_ranking
from domain.place import Department
from domain.ranking import Ranked


class Here(NamedTuple):
    """A department, and how it stands among its peers."""

    visit: Visit[DepartmentQuestion]
    department: Department
    standings: Standings
    row: Ranked | None  # None: it is not ranked


def here_at(visit: Visit[DepartmentQuestion]) -> Here | None:
    """The department of the question; None when there is no such one."""
    city, actor, question = visit.city, visit.actor, visit.question
    department = open_department(city, actor, question.code)
    if department is None:
        return None
    span = span_of(question, visit.now_ms, city.zone)
    found = department_ranking(visit.db, actor, city, department.kind, span)
    row = next((r for r in found.ranking.rows if r.code == department.code), None)
    return Here(visit, department, found, row)
