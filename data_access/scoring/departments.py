"""A department looked into: whose page it is, and its score day by day."""

from dataclasses import dataclass

from data_access.caching.cache import cached_query
from data_access.store.db import Database, driver_cursor, placeholder
from domain.actor import Actor, Forbidden, require_person
from domain.catalogue import Catalogue
from domain.place import Department
from domain.scoring.by_hours import line_of, receipt
from domain.scoring.receipt import Subject
from domain.stays import Hours


@dataclass(frozen=True, slots=True)
class DayScore:
    """A day of a department's score."""

    start: int  # epoch ms of the local midnight
    score: int  # hundredths
    usable: float  # share of its signs that had a known hour, 0 … 1


def open_department(catalogue: Catalogue, actor: Actor, code: str) -> Department | None:
    """The department that an actor may look into; None when there is no such one.

    Forbidden for a screen, and for a department that asks for another than itself: whether that
    one exists is not told.
    """
    require_person(actor, "departments: for people with an account")
    if not actor.owns(code):
        raise Forbidden(f"department {code}")
    return catalogue.department.get(code)


@cached_query(ttl=300, stale_ttl=3600)
def department_days(
    db: Database, actor: Actor, catalogue: Catalogue, department: str, from_ms: int, to_ms: int
) -> tuple[DayScore, ...]:
    """The score of each day in [from_ms, to_ms) on which anything was known, oldest first.

    Each day is scored for itself by `domain.scoring.by_hours` and the weights of that day, over
    the department's signs at the district. Forbidden for whom `open_department` refuses.
    """
    open_department(catalogue, actor, department)
    signs = [s for s in catalogue.signs if s.department == department]
    if not signs:
        return ()
    days: dict[int, dict[str, Hours]] = {}
    for sign, bucket, *hours in _rows(db, catalogue.code, [s.code for s in signs], from_ms, to_ms):
        days.setdefault(bucket, {})[sign] = Hours(*hours)
    found = []
    for start, known in sorted(days.items()):
        weights = (catalogue.weights_at(start),)
        lines = (
            line_of(
                Subject(s.code, s.goal, s.department),
                (known.get(s.code, Hours(0.0)),),
                expected=1.0,
                weights=weights,
                count=len(signs),
            )
            for s in signs
        )
        made = receipt(department, lines, weights)
        if made.score is not None:
            found.append(DayScore(start, made.score, made.usable or 0.0))
    return tuple(found)


def _rows(
    db: Database, place: str, signs: list[str], from_ms: int, to_ms: int
) -> list[tuple[str, int, float, float, float, float]]:
    """(sign, day, hours known, in attention, in warning, in alarm)."""
    mark = placeholder(db.dialect)
    marks = ", ".join([mark] * len(signs))
    with db.read() as conn:
        cursor = driver_cursor(conn)
        cursor.execute(
            "SELECT indicator, bucket, known, attention, warning, alarm FROM rollup_day"  # noqa: S608
            f" WHERE unit = {mark} AND indicator IN ({marks})"
            f" AND bucket >= {mark} AND bucket < {mark}",
            (place, *signs, from_ms, to_ms),
        )
        found: list[tuple[str, int, float, float, float, float]] = cursor.fetchall()
        cursor.close()
    return found
