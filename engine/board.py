"""The picture of this moment: every sign, street and source, as the wall will show it.

Built from memory, so that one number has one origin: the same dictionary becomes the snapshot,
the delta and the stored copy.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from domain.clock import to_rfc3339
from domain.freshness import Freshness, freshness
from domain.index import Index, condition
from domain.picture import (
    NOTHING,
    Cell,
    Picture,
    crossing_facts,
    deepest_first,
    how_bad,
    index_of,
    troubles,
    worst_first,
)
from domain.sign import GRADED, SEVERITY, Sign, State
from domain.state import Judge
from engine.city import City

Json = dict[str, Any]
MAX_ALERTS = 50
_ALIVE = (Freshness.LIVE, Freshness.LATE)
Row = tuple[Sign, str | None, Cell]  # a sign in trouble at a place; None: in the district


def cell(city: City, sign: Sign, place: str, now_ms: int) -> Cell:
    """The cell of a sign at a place at `now_ms` (epoch ms)."""
    window = city.windows[sign.code]
    newest = window.newest(place)
    if newest is None:
        return NOTHING
    sample, judged = newest
    at = city.seen_at(sign.code, place, sample.at, now_ms)
    fresh = freshness(at, now_ms, sign.cadence_s, sign.stale_after_s)
    known = judged is not None and fresh in _ALIVE and window.silent_since(place) is None
    state = judged.state if judged is not None and known else State.UNKNOWN
    since = min(judged.since, at) if judged is not None and known else None
    told = (sample.value, state, fresh, at, since, sample.demo)
    if not known:
        return Cell(*told)
    judge = _judge(city, sign, place)
    badness = judge.badness(sample.value)
    crossing = judge.crossing(state, sample.value)
    if crossing is None:
        return Cell(*told, badness=badness, version=judge.version)
    edge, clear = (
        None if line is None else round(line, sign.decimals + 1)
        for line in (crossing.edge, crossing.clear)
    )
    return Cell(*told, edge, crossing.upper, clear, badness, judge.version)


def _judge(city: City, sign: Sign, place: str) -> Judge:
    """The judge behind the state of a place: that of the instant up to which states were folded.

    Not that of now: other cut-offs may be in force since, and the state was not judged by those.
    """
    newest_slot = max(city.windows[sign.code].samples[place])
    return city.judges.at(sign, place, max(newest_slot, city.present.now_ms))


class Board:
    """All cells of one moment, and what they add up to."""

    def __init__(self, city: City, now_ms: int) -> None:
        self.city = city
        self.now_ms = now_ms
        catalogue = city.catalogue
        self.district = {s.code: cell(city, s, catalogue.code, now_ms) for s in catalogue.signs}
        self.streets: dict[str, dict[str, Cell]] = {
            street.code: {
                s.code: cell(city, s, street.code, now_ms) for s in catalogue.signs if s.at_street
            }
            for street in catalogue.streets
        }
        self.weights = catalogue.weights_at(now_ms)
        self.index = self.group_index(self.district)

    def street_index(self, street: str) -> Index:
        """The index of a street over the signs that apply to it."""
        return index_of(self.streets[street].items(), self.weights)

    def group_index(self, codes: Iterable[str]) -> Index:
        """The index of a group of district signs (a domain, a goal)."""
        return index_of([(code, self.district[code]) for code in codes], self.weights)

    def picture(self, version: int) -> Picture:
        """Every cell, for the pages that ask for more than the wall shows."""
        signs = tuple(s.code for s in self.city.catalogue.signs)
        rows = [self.district, *self.streets.values()]
        return Picture(
            version,
            self.now_ms,
            self.city.catalogue.version,
            signs,
            (self.city.catalogue.code, *self.streets),
            tuple(tuple(row.get(code) for code in signs) for row in rows),
            self.weights,
        )

    # -- the parts of the snapshot ----------------------------------------------------------

    def snapshot(self) -> Json:
        """Everything that follows from the cells; the publisher adds version, sources, trends."""
        catalogue = self.city.catalogue
        cells = self.district.values()
        observed = [c.at for c in cells if c.at is not None]
        return {
            "as_of": to_rfc3339(self.now_ms),
            "data_time": to_rfc3339(max(observed, default=None)),
            "catalogue": catalogue.version,
            "demo": any(c.demo for c in cells)
            or any(c.demo for street in self.streets.values() for c in street.values()),
            "index": self.index.value,
            "index_low": self.index.low,
            "index_excluded": self.index.excluded,
            "goals": [
                {
                    "code": goal.code,
                    "index": self.group_index(
                        s.code for s in catalogue.signs if s.goal == goal.code
                    ).value,
                }
                for goal in catalogue.goals
            ],
            "detractors": [
                {"sign": d.sign, "state": d.state, "points": d.points}
                for d in self.index.detractors
            ],
            "domains": [self._domain(d.code) for d in catalogue.domains],
            "signs": [self._sign(s) for s in catalogue.signs],
            "streets": [self._street(s.code) for s in catalogue.streets if s.counts],
            "areas": [self._street(s.code) for s in catalogue.streets if not s.counts],
            "cases": {},
            **self._alerts(),
        }

    def _domain(self, domain: str) -> Json:
        codes = [s.code for s in self.city.catalogue.signs if s.domain == domain]
        cells = [self.district[code] for code in codes]
        states = Counter(c.state for c in cells)
        marks = Counter(c.freshness for c in cells)
        return {
            "code": domain,
            "index": self.group_index(codes).value,
            "signs": len(codes),
            **{state.value: states[state] for state in State},
            **{mark.value: marks[mark] for mark in Freshness if mark is not Freshness.LIVE},
        }

    def _sign(self, sign: Sign) -> Json:
        c = self.district[sign.code]
        return {
            "code": sign.code,
            "value": _shown(c.value, sign),
            "state": c.state,
            "freshness": c.freshness,
            "observed_at": to_rfc3339(c.at),
            "since": to_rfc3339(c.since),
            "demo": c.demo,
            **crossing_facts(c),
            "street": self._worst_street(sign),
            "reporting": self._reporting(sign),
        }

    def _reporting(self, sign: Sign) -> list[int] | None:
        """[streets alive, streets that ever reported] among those that make up the district.

        A sum over three of many streets is no fall in demand: whoever shows the value can say so.
        None where the value stands on no streets.
        """
        if self.city.windows[sign.code].speaks_for_itself():
            return None
        marks = [
            c.freshness
            for street in self.city.catalogue.counted
            if (c := self.streets[street.code].get(sign.code)) is not None
        ]
        known = sum(mark is not Freshness.NEVER for mark in marks)
        return [sum(mark in _ALIVE for mark in marks), known] if known else None

    def _worst_street(self, sign: Sign) -> str | None:
        streets = (street for _, street, _ in self._graded(sign))
        return next(streets, None)

    def _street(self, street: str) -> Json:
        cells = self.streets[street]
        return {
            "code": street,
            "state": condition([c.state for c in cells.values()]),
            "sign": next(iter(troubles(cells.items())), None),
            "index": self.street_index(street).value,
        }

    def _alerts(self) -> Json:
        rows = (row for sign in self.city.catalogue.signs for row in self._troubled(sign))
        every = _side_by_side(list(rows))
        counts = Counter(a[2].state for a in every)
        places = Counter(sign.code for sign, street, _ in every if street is not None)
        # the worst rows, and every sign at least once: whoever counts signs misses none
        first = {a[0].code: n for n, a in reversed(list(enumerate(every)))}
        kept = {*range(MAX_ALERTS), *first.values()}
        return {
            "alerts": [
                {**self._alert(*a), "places": places[a[0].code]}
                for n, a in enumerate(every)
                if n in kept
            ],
            "alert_counts": {state.value: counts[state] for state in GRADED},
        }

    def _graded(self, sign: Sign) -> list[Row]:
        """The streets in which a sign is in trouble, the worst first."""
        found: list[Row] = [
            (sign, street, c)
            for street, cells in self.streets.items()
            if (c := cells.get(sign.code)) is not None and c.state in GRADED
        ]
        return deepest_first(found, lambda row: row[2])

    def _troubled(self, sign: Sign) -> list[Row]:
        """A sign wherever it is in trouble; the district (None) where no street says as bad."""
        found = self._graded(sign)
        said = max((SEVERITY[c.state] for _, _, c in found), default=0)
        whole = self.district[sign.code]
        return [(sign, None, whole), *found] if SEVERITY[whole.state] > said else found

    def _alert(self, sign: Sign, street: str | None, c: Cell) -> Json:
        return {
            "sign": sign.code,
            "street": street,
            "state": c.state,
            "value": _shown(c.value, sign),
            "since": to_rfc3339(c.since),
            **crossing_facts(c),
            "department": sign.department,
        }


def _side_by_side(rows: list[Row]) -> list[Row]:
    """Rows, given sign by sign with the worst place first, the worst first over all signs.

    Rows of a sign that are equally bad go together, by the first of them.
    """

    def kind(row: Row) -> tuple[str, int, int]:
        return (row[0].code, *how_bad(row[2])[:2])

    first = {kind(row): row[2] for row in reversed(rows)}
    return worst_first(rows, lambda row: first[kind(row)])


def _shown(value: float | None, sign: Sign) -> float | int | None:
    if value is None:
        return None
    return int(value) if sign.decimals == 0 else round(value, sign.decimals)
