"""Whether the picture, the newest values and the record of changes say the same.

They are made by one fold and written in one transaction, so they do; this is what notices when a
fault or somebody's hand has parted them.
"""

import logging

from sqlalchemy import Connection

from data_access.series import states
from data_access.store import engine_state
from data_access.store.db import Database
from data_access.views.readiness import DISAGREEMENTS
from domain.clock import HOUR_MS, is_due
from domain.sign import GRADED
from engine.board import cell
from engine.city import City

log = logging.getLogger("yiping.engine")
NAMED = 5
_OPEN = frozenset(str(state) for state in GRADED)


class Watch:
    """Looks once an hour, and says loudly what it finds: in the log, on the wall, on /readyz."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._looked_at = 0
        self._told = -1

    def step(self, city: City, now_ms: int) -> None:
        """Look when it is time to; the city has to be settled, stepped and written."""
        if not is_due(now_ms, self._looked_at, HOUR_MS):
            return
        self._looked_at = now_ms
        with self._db.read() as conn:
            found = disagreements(conn, city, now_ms)
        if found:
            some = "; ".join(found[:NAMED])
            log.error("the picture and the alarm log disagree %d times: %s", len(found), some)
        if len(found) != self._told:
            with self._db.write() as conn:
                engine_state.put(self._db, conn, **{DISAGREEMENTS: len(found)})
            self._told = len(found)


def disagreements(conn: Connection, city: City, now_ms: int) -> list[str]:
    """Where a graded state stands in one of the three and not in the others. `[]`: nowhere.

    Costs two looks along a key for each newest value.
    """
    wall = _wall(city, now_ms)
    faults = []
    for row in states.standing(conn):
        shown = wall.pop((row.place, row.sign), None)
        told = {shown, _graded(row.latest), _graded(row.recorded)}
        if len(told) > 1 or (shown is not None and row.since != row.begun):
            faults.append(
                f"{row.place} {row.sign}: wall {shown or '-'}, latest {row.latest} since"
                f" {row.since}, log {row.recorded} since {row.begun}"
            )
    faults += [
        f"{place} {sign}: wall {state}, nothing stored" for (place, sign), state in wall.items()
    ]
    return faults


def _wall(city: City, now_ms: int) -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for code, window in city.windows.items():
        for place in window.samples:
            if window.is_judged(place):
                state = cell(city, window.sign, place, now_ms).state
                if state in GRADED:
                    found[place, code] = str(state)
    return found


def _graded(state: str | None) -> str | None:
    return state if state in _OPEN else None
