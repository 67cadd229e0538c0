"""What people wrote about a figure, for those who run the product, and what they answered."""

from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError

from data_access.accounts.audit import Entry, Result, write_audit
from data_access.caching.cache import uncached
from data_access.public.tables import public_reports
from data_access.store.db import Database
from domain.actor import Actor, Forbidden, Role
from domain.text import one_line

READERS = (Role.OPERATOR, Role.ADMIN)
PAGE = 200
LONGEST_ANSWER = 200
OPEN, HANDLED = "open", "handled"


@dataclass(frozen=True, slots=True)
class Report:
    """One report."""

    id: int
    at: int  # epoch ms
    figure: str  # code of a sign, or `other`
    text: str
    handled_at: int | None
    handled_by: str | None
    answer: str | None


class BadAnswer(ValueError):
    """An answer without a word, or with too many."""


@uncached("two roles ask, now and then, and want what has just come in")
def newest_reports(
    db: Database, actor: Actor, show: str | None = None
) -> tuple[Report, ...] | None:
    """The newest reports first, at most PAGE; None when the publication store does not answer.

    `show`: `open`, `handled`, or all. Operators and administrators alone may read them;
    Forbidden for anybody else.
    """
    _may(actor)
    r = public_reports.c
    query = select(r.id, r.at, r.figure, r.text, r.handled_at, r.handled_by, r.answer)
    if show == OPEN:
        query = query.where(r.handled_at.is_(None))
    elif show == HANDLED:
        query = query.where(r.handled_at.is_not(None))
    try:
        with db.read() as conn:
            rows = conn.execute(query.order_by(r.id.desc()).limit(PAGE))
            return tuple(Report(*row) for row in rows)
    except SQLAlchemyError:
        return None


@uncached("it writes")
def handle_report(
    db: Database, public: Database, actor: Actor, report: int, answer: str, entry: tuple[int, str]
) -> bool:
    """Mark a report handled; False when there is none or somebody has handled it already.

    `entry`: the instant (epoch ms) and the address it is done from, for the audit log in `db`.
    Forbidden unless an operator or administrator; BadAnswer when there is no sane answer.
    The audit row is written first and kept only when the report has changed.
    """
    _may(actor)
    now_ms, address = entry
    text = one_line(answer)
    if not 1 <= len(text) <= LONGEST_ANSWER:
        raise BadAnswer
    r = public_reports.c
    with db.write() as log:
        what = f"report {report}"
        write_audit(log, Entry(now_ms, actor.label, "report.handle", what, Result.OK, address))
        with public.write() as conn:
            changed = conn.execute(
                update(public_reports)
                .where(r.id == report, r.handled_at.is_(None))
                .values(handled_at=now_ms, handled_by=actor.name[:80], answer=text)
            ).rowcount
        if not changed:
            log.rollback()
    return bool(changed)


def _may(actor: Actor) -> None:
    if actor.role not in READERS:
        raise Forbidden("reports from the public page")
