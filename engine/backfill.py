"""Readings older than what memory holds: their slots are computed and judged again from the store.

What the slots say and how they were judged is rewritten, up to where memory knows better; there
the corrected state is handed over, so that a state that began in the past has its true beginning.
Where raw readings have been dropped already, a row gives way only to one that is made of as much,
and the recorded states stay.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection

from data_access import engine_state, readings, rollups, states
from domain.sign import Sign, State
from domain.state import Judged
from engine.city import City, WriteSet, add_raw, history_row, minute_row
from engine.derived import derive_into
from engine.sample import Seed, Transition
from engine.window import SignWindow, reach_of

FAR_MS = 1 << 60  # beyond every instant


def recompute(conn: Connection, city: City, out: WriteSet) -> None:
    """Add to `out` what follows from its late slots."""
    for code, places in out.late.items():
        sign = city.catalogue.sign[code]
        for first, last in _clusters(sign, set().union(*places.values())):
            _Cluster(conn, city, sign, {*places, city.catalogue.code}, first, last).run(out)


def _clusters(sign: Sign, slots: set[int]) -> Iterator[tuple[int, int]]:
    """Runs of slots near enough to each other to be read in one go."""
    near = 8 * sign.slot_ms + 2 * sign.stale_after_s * 1000
    first = last = None
    for slot in sorted(slots):
        if first is None or last is None:
            first = last = slot
        elif slot - last > near:
            yield first, last
            first = last = slot
        else:
            last = slot
    if first is not None and last is not None:
        yield first, last


def _settling_ms(sign: Sign) -> int:
    """How long a value can go on to decide the state of later slots."""
    return max(sign.raise_after_s * 1000, sign.clear_after * sign.slot_ms) + sign.slot_ms


@dataclass(slots=True)
class _Cluster:
    """One run of late slots of one sign."""

    conn: Connection
    city: City
    sign: Sign
    places: set[str]
    first: int
    last: int

    def run(self, out: WriteSet) -> None:
        """Read, add up, judge, and note what is new."""
        sign, window = self.sign, self.city.windows[self.sign.code]
        carry = reach_of(sign) * sign.slot_ms
        begin = self.first - _settling_ms(sign)
        hi = self.last + carry + sign.slot_ms + _settling_ms(sign)
        whole_from = engine_state.get(self.conn, "raw_from") + 2 * carry
        filled = _filled(self.conn, self.city, sign, begin - 2 * carry, hi)
        starts = {p: begin - (0 if p == self.city.catalogue.code else carry) for p in self.places}
        history = {
            place: states.history_of(self.conn, place, sign.code, start)
            for place, start in starts.items()
        }
        for place, start in starts.items():
            filled.set_floor(place, start)
            before = _in_force(history[place], start)
            if before is not None and before.state != State.UNKNOWN:
                judged = Judged(State(before.state), before.since, None, 0)
                filled.seed(place, Seed(judged, _silence(history[place], start)))
        told = filled.settle().new
        made_of = {}
        if self.first < whole_from:
            made_of = rollups.masses(self.conn, sign.code, self.first, min(hi, whole_from))
        for place in sorted(self.places):
            floor = window.floor_of(place)
            end = hi if floor is None else min(hi, floor)
            slots = [s for s in sorted(filled.samples.get(place, ())) if self.first <= s < end]
            self._rows(filled, place, slots, made_of, out)
            if slots and self.first >= whole_from and window.is_judged(place):
                mine = sorted(t for at, t in told if at == place)
                self._hand_over(filled, place, slots, mine, history[place], hi, out)

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
        out.spent(place, code, begins, max(begins, min(end, now)), self.city.catalogue.offset_ms)


def _silence(history: list[states.Transition], after_ms: int) -> int:
    """When the state in force at an instant went stale; far off where it never did."""
    silent = (t.since for t in history if t.since >= after_ms and t.state == State.UNKNOWN)
    return next(silent, FAR_MS)


def _in_force(history: list[states.Transition], before_ms: int) -> states.Transition | None:
    """The last recorded change before an instant (epoch ms)."""
    return next((t for t in reversed(history) if t.since < before_ms), None)


def _filled(conn: Connection, city: City, sign: Sign, lo: int, hi: int) -> SignWindow:
    window = city.make_window(sign, keep_slots=None)
    for raw in readings.rows_between(conn, sign.code, None, lo, hi):
        add_raw(window, raw)
    if sign.derived_from:
        inputs = {
            code: _filled(conn, city, city.catalogue.sign[code], lo, hi)
            for _, code in sign.derived_from
        }
        for source in inputs.values():
            source.settle()
        changed = {
            (place, slot)
            for source in inputs.values()
            for place, slots in source.samples.items()
            for slot in slots
        }
        derive_into(window, sign, inputs, city.catalogue.code, changed)
    return window
