"""One sign's recent past in memory: what was observed, what it adds up to, how it was judged.

The value of a place in a slot is a function of the *set* of readings alone: each point counts with
its last observation before the end of the slot, unless that is stale by then. The state is a fold
over the slots in their order. So late, repeated and shuffled readings end in the same picture.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from operator import itemgetter

from data_access.intake.readings import RawRow
from domain.aggregation import Child, mass_of
from domain.clock import slot_start
from domain.indicator import Rule
from domain.sign import Sign
from engine import steps
from engine.fold import Fold, JudgeAt, Present
from engine.said import Part, Said, Work, reach_of, slot_by_slot
from engine.sample import PER_SAMPLE, Changes, Sample, total
from engine.series import Series

KEEP_SLOTS = 24
_instant = itemgetter(5)  # of a raw row
_child = partial(tuple.__new__, Child)  # a Child without the cost of its constructor


class SignWindow(Series):
    """The last slots of one sign at every place. Not safe for threads: the engine is one loop."""

    def __init__(
        self,
        sign: Sign,
        district: str,
        counted: frozenset[str],
        offset_ms: int,
        judge_at: JudgeAt,
        is_demo: Callable[[str], bool],
        keep_slots: int | None = KEEP_SLOTS,
        present: Present | None = None,
        turns: Sequence[int] = (),
    ) -> None:
        fold = Fold(sign, judge_at, self.is_judged, turns, present or Present())
        super().__init__(sign, offset_ms, fold)
        self._district = district
        self._counted = counted
        self._is_demo = is_demo
        self._keep = keep_slots
        self._stale_ms = sign.stale_after_s * 1000
        self._adds_up = sign.adds_up
        self.reach = reach_of(sign)
        self._carry_ms = self.reach * self.slot_ms
        self._said: dict[str, Said] = {}
        self.work = Work()
        self._computed: dict[str, dict[int, tuple[Child, bool]]] = {}
        self._dirty: dict[str, set[int]] = {}
        self._unjudged: dict[str, int] = {}  # place → the first slot that is to be judged anew
        self._settled: set[str] = set()  # places to be trimmed
        self._floor: dict[str, int] = {}  # slots before it are not complete in memory

    # -- taking in --------------------------------------------------------------------------

    def add(self, street: str, part: Part, at: int, value: float, mass: float) -> int | None:
        """Take in a reading; None, or its slot when that lies before the window (late by far).

        `mass` is its denominator or weight, 1 where it has none. What is late by far may still be
        the last word of its point, and carry forward into the window.
        """
        slot = slot_start(at, self.slot_ms, self._offset_ms)
        floor = self._floor.get(street, slot)
        if slot < floor - self._carry_ms:
            return slot
        said = self._of(street).slots.setdefault(slot, {})
        part, mass = self._meant(part, at, mass)
        known = said.get(part)
        if known is None or known.observed_at <= at:  # an older one of the slot changes nothing
            said[part] = Child(value, mass, at)
            self._dirty.setdefault(street, set()).add(slot)
        return slot if slot < floor else None

    def _meant(self, part: Part, at: int, mass: float) -> tuple[Part, float]:
        return ((*part[:2], at), 1.0) if self._adds_up else (part, mass)

    def _of(self, place: str) -> Said:
        if place not in self._said:
            self._said[place] = Said(self.sign, self.work)
        return self._said[place]

    def add_rows(
        self, rows: Sequence[RawRow], newest: dict[tuple[str, ...], RawRow]
    ) -> list[tuple[str, int]]:
        """Take in stored readings as `add` does; (street, slot) of those late by far.

        Each becomes the entry of its (street, sign, source, point) in `newest` unless a newer
        one is there. Most of the engine's time goes by here: hence no calls.
        """
        width, offset, rule = self.slot_ms, self._offset_ms, self.sign.rule
        adds_up = self._adds_up
        floors, places, dirty, carry = self._floor, self._said, self._dirty, self._carry_ms
        late = []
        if not adds_up and len(rows) > 2 * len(places):
            rows = self._last_words(rows)
        for row in rows:
            _, street, _, source, point, at, value, weight, denominator = row
            key = row[1:5]
            known = newest.get(key)
            if known is None or known[5] <= at:
                newest[key] = row
            slot = (at + offset) // width * width - offset
            if street in floors and slot < floors[street]:
                late.append((street, slot))
                if slot < floors[street] - carry:
                    continue
            part: Part = (source, point, at) if adds_up else (source, point)
            try:
                said = places[street].slots[slot]
            except KeyError:
                said = self._of(street).slots[slot] = {}
            if part in said and said[part][2] > at:
                continue
            mass = 1.0
            if (weight is not None or denominator is not None) and not adds_up:
                mass = mass_of(rule, weight, denominator)
            said[part] = _child((value, mass, at))
            try:
                dirty[street].add(slot)
            except KeyError:
                dirty[street] = {slot}
        return late

    def _last_words(self, rows: Sequence[RawRow]) -> Sequence[RawRow]:
        """Of many rows the last that each point said within a slot: the others change nothing."""
        width, offset = self.slot_ms, self._offset_ms
        ordered = sorted(rows, key=_instant)
        last = {(row[1], row[3], row[4], (row[5] + offset) // width): row for row in ordered}
        return list(last.values())

    def restore(self, street: str, part: Part, at: int, value: float, mass: float) -> None:
        """Put back an observation that the store's samples already contain."""
        slot = slot_start(at, self.slot_ms, self._offset_ms)
        part, mass = self._meant(part, at, mass)
        self._of(street).put(slot, part, Child(value, mass, at))

    def add_computed(self, place: str, slot: int, child: Child, demo: bool) -> bool:
        """Take in a derived value, which counts only where nothing is reported; False: too late."""
        if slot < self._floor.get(place, slot):
            return False
        self._computed.setdefault(place, {})[slot] = (child, demo)
        self._dirty.setdefault(place, set()).add(slot)
        return True

    def set_floor(self, place: str, slot: int) -> None:
        """Declare the slots of `place` before `slot` incomplete in memory (after a restart)."""
        self._floor[place] = slot

    # -- reading ----------------------------------------------------------------------------

    def is_judged(self, place: str) -> bool:
        """Whether the sign has a state at a place: nothing else stands in the picture and log."""
        return place == self._district or self.sign.at_street

    def sample_at(self, place: str, slot: int) -> Sample | None:
        """The sample of a place in a slot, or the one that carries forward into it."""
        samples = self.samples.get(place)
        if not samples:
            return None
        sample = samples.get(slot)
        if sample is not None:
            return sample
        order = self._order[place]
        at = bisect_left(order, slot)
        if not at or slot - order[at - 1] > self._carry_ms:
            return None
        sample = samples[order[at - 1]]
        return sample if sample.at > slot + self.slot_ms - self._stale_ms else None

    def points(self, place: str) -> int:
        """How many points of a place are remembered."""
        return self._of(place).points()

    def speaks_for_itself(self) -> bool:
        """Whether the district's newest value was reported as such, not added up from streets."""
        order = self._order.get(self._district)
        return bool(order and self._of(self._district).alive(order[-1]))

    def floor_of(self, place: str) -> int | None:
        """The slot from which on a place is complete in memory; None: it always was."""
        return self._floor.get(place)

    # -- adding up --------------------------------------------------------------------------

    def settle(self) -> Changes:
        """Bring samples and states up to date with what was taken in, and forget what is old."""
        self._settle(self._taken_in(), changes := Changes.none())
        self._with_states(changes)
        self.trim()
        return changes

    def pieces(self) -> Iterator[Changes]:
        """As `settle`, in pieces that come to the same, the oldest slots first; `trim` follows."""
        dirty = self._taken_in()
        changes = Changes.none()
        if sum(len(s) * (PER_SAMPLE + self.points(p)) for p, s in dirty.items()) <= steps.STEP:
            self._settle(dirty, changes)
            yield self._with_states(changes)
            return
        began = self.work.visits
        for some in slot_by_slot(dirty):
            self._settle(some, changes)
            if self.work.visits - began + changes.work() >= steps.STEP:
                yield self._with_states(changes)
                changes, began = Changes.none(), self.work.visits
        yield self._with_states(changes)

    def _taken_in(self) -> dict[str, set[int]]:
        dirty, self._dirty = self._dirty, {}  # the slots, by place, that are to be added up anew
        for place, slots in dirty.items():
            self._of(place).note(slots)
        return dirty

    def _settle(self, dirty: dict[str, set[int]], changes: Changes) -> None:
        """Add up the slots of places: streets first, then the district that they touch."""
        self._settled.update(dirty, (self._district,))
        touched = set(dirty.get(self._district, ()))
        for place, slots in dirty.items():
            if place != self._district:
                changed = self._settle_place(place, slots, changes)
                if place in self._counted:
                    touched |= changed
        floor = self._floor.get(self._district)
        if floor is not None:
            changes.late.update(slot for slot in touched if slot < floor)
        if touched:
            self._settle_place(self._district, touched, changes)

    def trim(self) -> None:
        """Forget the slots that no window needs any more, of the places settled since last time."""
        settled, self._settled = self._settled, set()
        for place in settled:
            self._trim(place)

    def _settle_place(self, place: str, slots: set[int], changes: Changes) -> set[int]:
        """Recompute the slots and those their values carry forward to; the slots that changed."""
        order = self._order.setdefault(place, [])
        samples = self.samples.setdefault(place, {})
        todo = set(slots)
        if order and min(slots) < order[-1]:
            for slot in slots:
                reached = bisect_right(order, slot + self._carry_ms)
                todo.update(order[bisect_left(order, slot) : reached])
        floor = self._floor.get(place, 0)
        if min(todo) < floor:
            todo = {slot for slot in todo if slot >= floor}
        changed: set[int] = set()
        for slot in sorted(todo):
            sample = self._sample(place, slot)
            if sample is None or samples.get(slot) == sample:
                continue
            if slot not in samples:
                insort(order, slot)
            samples[slot] = sample
            changed.add(slot)
            changes.samples[place, slot] = sample
        if changed:
            first = min(changed)
            self._unjudged[place] = min(first, self._unjudged.get(place, first))
        return changed

    def _sample(self, place: str, slot: int) -> Sample | None:
        if place != self._district:
            return self._of_parts(place, slot, self.sign.street_rule)
        rule = self.sign.rule
        direct = self._of_parts(place, slot, Rule.VALUE if rule is Rule.NA else rule)
        return direct if direct is not None else self._of_streets(slot)

    def _of_parts(self, place: str, slot: int, rule: Rule) -> Sample | None:
        alive = self._of(place).alive(slot)
        children = list(alive.values())
        demo = any(self._is_demo(part[0]) for part in alive)
        if not children:
            computed = self._computed.get(place, {}).get(slot)
            if computed is None:
                return None
            children, demo = [computed[0]], computed[1]
        return self._total(rule, children, place, slot, demo)

    def _of_streets(self, slot: int) -> Sample | None:
        children: list[Child] = []
        demo = False
        for street in self._counted:
            sample = self.sample_at(street, slot)
            if sample is not None:
                children.append(sample.child(self._adds_up))
                demo = demo or sample.demo
        return self._total(self.sign.rule, children, self._district, slot, demo)

    def _total(
        self, rule: Rule, children: list[Child], place: str, slot: int, demo: bool
    ) -> Sample | None:
        if not children:
            return None
        badness = self.fold.judge(place, slot).badness if rule is Rule.WORST else None
        return total(rule, children, self.sign.decimals, demo, badness)

    def _with_states(self, changes: Changes) -> Changes:
        """The changes with the states that follow from them."""
        for place, first in self._unjudged.items():
            self._judge_from(place, first, changes)
        self._unjudged.clear()
        return changes

    def _judge_from(self, place: str, first: int, changes: Changes) -> None:
        order = self._order.get(place, [])
        at = bisect_left(order, max(first, self._floor.get(place, first)))
        self.fold.run(place, order, self.samples.get(place, {}), at, changes)

    def _trim(self, place: str) -> None:
        order = self._order.get(place, [])
        if self._keep is None or len(order) <= self._keep:
            return
        cut = order[-self._keep]
        keep_from = cut - self._carry_ms
        samples = self.samples[place]
        computed = self._computed.get(place, {})
        dropped = bisect_left(order, cut)
        self.fold.forget(place, order[:dropped], samples[order[dropped - 1]])
        for slot in order[:dropped]:
            computed.pop(slot, None)
            del samples[slot]
        del order[:dropped]
        self._floor[place] = max(cut, self._floor.get(place, cut))
        self._of(place).forget(keep_from)
