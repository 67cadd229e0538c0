"""The present as the public sees it: every value as it was when the delay began."""

from collections import Counter
from typing import Any, NamedTuple

from sqlalchemy import Connection

from data_access.series.closed_samples import Question, Sample, last_samples
from domain.catalogue import Catalogue
from domain.clock import to_rfc3339
from domain.freshness import Freshness, freshness
from domain.index import condition
from domain.judging import judge_for
from domain.picture import troubles, worst_first
from domain.privacy import Mark
from domain.publication import Kind, Period, Publication
from domain.sign import SEVERITY, Sign, State
from domain.state import Crossing
from engine.publication_pictures import Pictures
from engine.publication_told import Teller

Json = dict[str, Any]
_STATES = {severity: state for state, severity in SEVERITY.items()}
_ALIVE = (Freshness.LIVE, Freshness.LATE)


class PublicCell(NamedTuple):
    """A sign at a place, at the cut-off."""

    value: float | None
    state: State
    freshness: Freshness
    at: int | None  # epoch ms: the end of the sample's slot
    demo: bool
    mark: Mark = Mark.EXACT
    crossing: Crossing | None = None  # what a graded state stands on
    badness: float | None = None  # None: not judged
    version: int | None = None  # of the thresholds that it was judged by
    since: None = None  # from when a state holds is not told


NOTHING = PublicCell(None, State.UNKNOWN, Freshness.NEVER, None, False, Mark.MISSING)
UNTOLD = NOTHING._replace(mark=Mark.WITHHELD)


class Present:
    """Reads and words the present of one city."""

    def __init__(self, catalogue: Catalogue, rules: Publication, pictures: Pictures) -> None:
        self._catalogue = catalogue
        self._rules = rules
        self._pictures = pictures
        self._live = [sign for sign in catalogue.signs if rules.is_live(sign)]
        self._people = {s.code for s in self._live if rules.kind(s) is not Kind.MEASURE}
        self._measures = [
            sign for sign in self._live if rules.street_period(sign) is Period.PRESENT
        ]

    def views(self, conn: Connection, teller: Teller, now_ms: int, version: int) -> dict[str, Json]:
        """The bodies of all views: `public`, light, and `streets`, for who asks for a street."""
        cutoff = now_ms - self._rules.delay_ms
        found = {
            (place, code): sample
            for place, code, sample in last_samples(conn, self._questions(cutoff))
        }
        whole = self._catalogue.code
        district = {
            s.code: self._told(conn, teller, s, cutoff)
            if s.code in self._people
            else self._cell(s, whole, found.get((whole, s.code)), cutoff)
            for s in self._live
        }
        streets = {
            street.code: {
                s.code: self._cell(s, street.code, found.get((street.code, s.code)), cutoff)
                for s in self._measures
            }
            for street in self._catalogue.streets
        }
        head: Json = {"version": version, "as_of": to_rfc3339(cutoff)}
        return {
            "public": {**head, **self._summary(district, streets)},
            "streets": {
                **head,
                "places": {
                    place: {code: _plain(cell) for code, cell in _worst_first(cells)}
                    for place, cells in streets.items()
                },
            },
        }

    def _questions(self, cutoff: int) -> list[Question]:
        places = [street.code for street in self._catalogue.streets]
        wanted = [(self._catalogue.code, s) for s in self._live if s.code not in self._people]
        wanted += [(place, s) for s in self._measures for place in places]
        return [_question(place, sign, cutoff) for place, sign in wanted]

    def _told(self, conn: Connection, teller: Teller, sign: Sign, cutoff: int) -> PublicCell:
        """A count or a rate, as far as it may be told."""
        _, _, first, edge = _question(self._catalogue.code, sign, cutoff)
        told = teller.newest(sign, first, edge - 1)
        if told is None:
            spoken = self._pictures.newest_slot(conn, sign, first, edge - 1)
            return NOTHING if spoken is None else UNTOLD
        demo = self._pictures.is_demo(conn, sign, told.slot)
        sample = Sample(told.slot, told.value, 1, demo, told.severity)
        return self._cell(sign, self._catalogue.code, sample, cutoff)

    def _cell(self, sign: Sign, place: str, sample: Sample | None, cutoff: int) -> PublicCell:
        if sample is None:
            return NOTHING
        at = sample.bucket + sign.slot_ms
        mark = freshness(at, cutoff, sign.cadence_s, sign.stale_after_s)
        value = round(sample.value, sign.decimals)
        if mark not in _ALIVE or sample.severity is None:
            return PublicCell(value, State.UNKNOWN, mark, at, sample.demo)
        state = _STATES[sample.severity]
        judge = judge_for(self._catalogue, sign, place, sample.bucket)
        judged = (judge.crossing(state, value), judge.badness(value), judge.version)
        return PublicCell(value, state, mark, at, sample.demo, Mark.EXACT, *judged)

    def _summary(
        self, district: dict[str, PublicCell], streets: dict[str, dict[str, PublicCell]]
    ) -> Json:
        states = Counter(cell.state.value for cell in district.values())
        every = [*district.values(), *(c for cells in streets.values() for c in cells.values())]
        return {
            "demo": any(cell.demo for cell in every),
            "counts": {state.value: states[state.value] for state in State},
            "signs": [
                {
                    "code": code,
                    "value": cell.value,
                    "state": cell.state.value,
                    "freshness": cell.freshness.value,
                    "at": to_rfc3339(cell.at),
                    "mark": cell.mark.value,
                    **_judged(cell),
                }
                for code, cell in _worst_first(district)
            ],
            "streets": [_street(code, cells) for code, cells in streets.items()],
        }


def _question(place: str, sign: Sign, cutoff: int) -> Question:
    """Only slots that had ended at the cut-off, and none that would be stale by now."""
    last = cutoff - sign.slot_ms
    return (place, sign.code, last - 1000 * sign.stale_after_s, last + 1)


def _street(code: str, cells: dict[str, PublicCell]) -> Json:
    """The worst of a street's measures; the state of a count would tell the count."""
    state = condition([cell.state for cell in cells.values()])
    return {"code": code, "state": state.value, "sign": next(iter(troubles(cells.items())), None)}


def _worst_first(cells: dict[str, PublicCell]) -> list[tuple[str, PublicCell]]:
    """The order in which the page names them."""
    return worst_first(cells.items(), lambda pair: pair[1])


def _judged(cell: PublicCell) -> Json:
    """By which thresholds a value was judged, and the line that clears a state it has come back
    from; `side` as the wall has it."""
    crossing = cell.crossing
    side = None if crossing is None else "high" if crossing.upper else "low"
    clear = None if crossing is None else crossing.clear
    return {"version": cell.version, "side": side, "clear": clear}


def _plain(cell: PublicCell) -> list[Any]:
    return [cell.value, cell.state.value, cell.freshness.value, to_rfc3339(cell.at)]
