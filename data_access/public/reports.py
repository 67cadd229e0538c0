"""What people wrote about a figure, for those who run the product."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from data_access.cache import uncached
from data_access.db import Database
from data_access.public.tables import public_reports
from domain.actor import Actor, Forbidden, Role

READERS = (Role.OPERATOR, Role.ADMIN)
PAGE = 200


@dataclass(frozen=True, slots=True)
class Report:
    """One report."""

    id: int
    at: int  # epoch ms
    figure: str  # code of a sign, or `other`
    text: str


@uncached("two roles ask, now and then, and want what has just come in")
def newest_reports(db: Database, actor: Actor) -> tuple[Report, ...] | None:
    """The newest reports first, at most PAGE; None when the publication store does not answer.

    Operators and administrators alone may read them; Forbidden for anybody else.
    """
    if actor.role not in READERS:
        raise Forbidden("reports from the public page")
    r = public_reports.c
    query = select(r.id, r.at, r.figure, r.text).order_by(r.id.desc()).limit(PAGE)
    try:
        with db.read() as conn:
            return tuple(Report(*row) for row in conn.execute(query))
    except SQLAlchemyError:
        return None
