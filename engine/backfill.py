"""Readings older than what memory holds: their slots are computed and judged again from the store.

What the slots say and how they were judged is rewritten, up to where memory knows better; there
the corrected state is handed over, so that a state that began in the past has its true beginning.
Where raw readings have been dropped already, a row gives way only to one that is made of as much,
and the recorded states stay.
"""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass

from data_access.intake import readings
from data_access.series import rollups, states
from data_access.store import engine_state
from data_access.store.db import Database
from domain.sign import Sign, State
from domain.state import Judged
from engine.city import City, add_raw, history_row, minute_row
from engine.derived import derive
from engine.said import reach_of
from engine.sample import Seed, Told, Transition
from engine.steps import Pace, Steps
from engine.window import SignWindow
from engine.write_set import WriteSet

SLOTS = 100  # late slots that are computed in one go, beside those that they reach
_A_RUN = 1_000  # what the questions of a run to the store cost, in contributions

FAR_MS = 1 << 60  # beyond every instant


def recompute(
    db: Database, city: City, out: WriteSet, flush: Callable[[WriteSet], Steps] | None = None
) -> Steps:
    """Add to `out` what follows from its late slots, in steps.

    Many slots are computed in parts. `flush` writes what a part came to, so that the next one
    finds it in the store, and empties `out`; None: all in one go.
    """
    late, out.late = out.late, {}
    pace = Pace()
    for code, places in late.items():
        sign = city.catalogue.sign[code]
        for cluster in _clusters(sign, places, SLOTS if flush else None):
            yield from _Cluster(db, city, sign, cluster, pace).run(out)
            if flush and cluster.parted:
                yield from flush(out)


@dataclass(slots=True)
class _Run:
    """Late slots that are computed together: those of some places in [first, last]."""

    places: set[str]
    first: int
    last: int
    slots: int = 0
    parted: bool = False  # the next one begins within its reach


def _clusters(sign: Sign, places: dict[str, set[int]], most: int | None) -> Iterator[_Run]:
    """Runs of slots near enough to each other to be read in one go, of at most so many slots."""
    near = 8 * sign.slot_ms + 2 * sign.stale_after_s * 1000
    run = None
    for slot, place in sorted((s, place) for place, slots in places.items() for s in slots):
        if run is not None and slot != run.last:
            run.parted = slot - run.last <= near
            if not run.parted or run.slots == most:
                yield run
                run = None
        if run is None:
            run = _Run(set(), slot, slot)
        run.slots += slot != run.last or not run.places
        run.last = slot
        run.places.add(place)
    if run is not None:
        yield run


def _settling_ms(sign: Sign) -> int:
    """How long a value can go on to decide the state of later slots."""
    return max(sign.raise_after_s * 1000, sign.clear_after * sign.slot_ms) + sign.slot_ms


@dataclass(slots=True)
class _Cluster:
    """One run of late slots of one sign."""

    db: Database
    city: City
    sign: Sign
    late: _Run
    pace: Pace

    def run(self, out: WriteSet) -> Steps:
        """Read, add up, judge, and note what is new."""
        sign, window = self.sign, self.city.windows[self.sign.code]
        first, district = self.late.first, self.city.catalogue.code
        places = sorted({*self.late.places, district})
        carry = reach_of(sign) * sign.slot_ms
        begin = first - _settling_ms(sign)
        hi = self.late.last + carry + sign.slot_ms + _settling_ms(sign)
        filled = self.city.make_window(sign, keep_slots=None)
        yield from self._fill(filled, begin - 2 * carry, hi)
        starts = {p: begin - (0 if p == district else carry) for p in places}
        made_of = {}
        with self.db.read() as conn:
            history = {p: states.history_of(conn, p, sign.code, at) for p, at in starts.items()}
            whole_from = engine_state.get(conn, "raw_from") + 2 * carry
            if first < whole_from:
                made_of = rollups.masses(conn, sign.code, first, min(hi, whole_from))
        for place, start in starts.items():
            filled.set_floor(place, start)
            before = _in_force(history[place], start)
            if before is not None and before.state != State.UNKNOWN:
                judged = Judged(State(before.state), before.since, None, 0)
                filled.seed(place, Seed(judged, _silence(history[place], start)))
        told = yield from self._settle(filled)
        for place in places:
            floor = window.floor_of(place)
            end = hi if floor is None else min(hi, floor)
            slots = [s for s in sorted(filled.samples.get(place, ())) if first <= s < end]
            self._rows(filled, place, slots, made_of, out)
            if slots and first >= whole_from and window.is_judged(place):
                mine = sorted(t for at, t in told if at == place)
                self._hand_over(filled, place, slots, mine, history[place], hi, out)

    def _fill(self, window: SignWindow, lo: int, hi: int) -> Steps:
        """Give a window what was said in [lo, hi), and where nothing was what follows from it."""
        sign, catalogue = window.sign, self.city.catalogue
        for page in readings.pages_between(self.db, sign.code, lo, hi):
            for raw in page:
                add_raw(window, raw)
            if self.pace.full(len(page)):
                yield
        inputs = {}
        for _, code in sign.derived_from:
            inputs[code] = self.city.make_window(catalogue.sign[code], keep_slots=None)
            yield from self._fill(inputs[code], lo, hi)
            yield from self._settle(inputs[code])
        changed = {
            (place, slot)
            for source in inputs.values()
            for place, slots in source.samples.items()
            for slot in slots
        }
        if changed:
            derive(window, sign, inputs, catalogue.code, changed)

    def _settle(self, window: SignWindow) -> Generator[None, None, list[tuple[str, Transition]]]:
        """Add up and judge; the changes of state."""
        told = Told()
        began = window.work.visits
        for changes in window.pieces():
            told.hear(changes)
            if self.pace.full(_A_RUN + changes.work() + window.work.visits - began):
                yield
            began = window.work.visits
        return told.changes()

    def _rows(
        self,
        filled: SignWindow,
        place: str,
        slots: list[int],
        made_of: dict[tuple[str, int], float],
        out: WriteSet,
    ) -> None:
        code = self.sign.code
        for slot in slots:
            sample = filled.samples[place][slot]
            if sample.denominator >= made_of.get((place, slot), 0.0):
                judged = filled.judged_at(place, slot)
                out.minutes[place, code, slot] = minute_row(place, code, slot, sample, judged)

    def _hand_over(
        self,
        filled: SignWindow,
        place: str,
        slots: list[int],
        made: list[Transition],
        history: list[states.Transition],
        hi: int,
        out: WriteSet,
    ) -> None:
        """Record the states up to where memory begins, and tell memory what holds there.

        Memory may begin with a sample that was recalled from before what it holds complete: of
        that one, and of what follows it, it is told too.
        """
        code, window = self.sign.code, self.city.windows[self.sign.code]
        known = window.samples.get(place, {})
        boundary = min(known, default=hi)
        inside = {slot: filled.samples[place][slot] for slot in slots if slot >= boundary}
        begin = window.first(place) if known else hi
        if boundary in inside:
            begin = filled.begin(place, boundary)
        earlier = [slot for slot in slots if slot < boundary]
        if earlier:
            begins = filled.begin(place, earlier[0])
            handed = boundary < hi
            self._states(place, begins, made, history, min(hi, begin), handed, out)
        if boundary < hi:
            seed = filled.seed_before(place, boundary) if earlier else None
            self.city.reseed(code, place, seed, inside, out)

    def _states(
        self,
        place: str,
        begins: int,
        made: list[Transition],
        history: list[states.Transition],
        end: int,
        handed: bool,
        out: WriteSet,
    ) -> None:
        """Replace the recorded changes of state in [begins, end) by those that were made."""
        code = self.sign.code
        before, last = _in_force(history, begins), _in_force(history, end)
        held = next((t for t in reversed(made) if t.since <= begins), None)
        new = [t for t in made if begins <= t.since < end]
        told = None if before is None else before.state
        if held is not None and held.since < begins and held.state != told:
            new.insert(0, held._replace(since=begins))
        state = new[-1].state.value if new else told
        if last is not None and last.state != state and not handed:
            # later slots stand as they were; where memory begins there, it is told
            new.append(Transition(end, State(last.state), *last[2:]))
        out.take_back((place, code, t.since) for t in history if begins <= t.since < end)
        out.record(history_row(place, code, t) for t in new)
        now = self.city.present.now_ms
        out.spent(place, code, begins, max(begins, min(end, now)), self.city.catalogue.zone.grid_ms)


def _silence(history: list[states.Transition], after_ms: int) -> int:
    """When the state in force at an instant went stale; far off where it never did."""
    silent = (t.since for t in history if t.since >= after_ms and t.state == State.UNKNOWN)
    return next(silent, FAR_MS)


def _in_force(history: list[states.Transition], before_ms: int) -> states.Transition | None:
    """The last recorded change before an instant (epoch ms)."""
    return next((t for t in reversed(history) if t.since < before_ms), None)
