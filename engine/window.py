"""One sign's recent past in memory: what was observed, what it adds up to, how it was judged.

The value of a place in a slot is a function of the *set* of readings alone: each point counts with
its last observation before the end of the slot, unless that is stale by then. The state is a fold
over the slots in their order. So late, repeated and shuffled readings end in the same picture.
"""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from data_access.readings import RawRow
from domain.aggregation import Child, aggregate, mass_of
from domain.clock import slot_start
from domain.sign import Rule, Sign
from engine.fold import Fold, JudgeAt, Present
from engine.sample import Changes, Sample
from engine.series import Series

Part = tuple[str, str]  # (source, point)
KEEP_SLOTS = 24
_child = partial(tuple.__new__, Child)  # a Child without the cost of its constructor
_sample = partial(tuple.__new__, Sample)


def _unasked(_: float) -> float:
    """Stands for the badness of values where the rule does not ask for it."""
    return 0.0


def reach_of(sign: Sign) -> int:
    """How many slots a value can carry forward before it is stale."""
    return -(-sign.stale_after_s * 1000 // sign.slot_ms) + 1


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
        self.reach = reach_of(sign)
        self._carry_ms = self.reach * self.slot_ms
        self._parts: dict[str, dict[Part, dict[int, Child]]] = {}
        self._computed: dict[str, dict[int, tuple[Child, bool]]] = {}
        self._dirty: dict[str, set[int]] = {}
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
        slots = self._parts.setdefault(street, {}).setdefault(part, {})
        known = slots.get(slot)
        if known is None or known.observed_at <= at:  # an older one of the slot changes nothing
            slots[slot] = Child(value, mass, at)
            self._dirty.setdefault(street, set()).add(slot)
        return slot if slot < floor else None

    def add_rows(
        self, rows: Iterable[RawRow], newest: dict[tuple[str, ...], RawRow]
    ) -> list[tuple[str, int]]:
        """Take in stored readings as `add` does; (street, slot) of those late by far.

        Each becomes the entry of its (street, sign, source, point) in `newest` unless a newer
        one is there. Most of the engine's time goes by here: hence no calls.
        """
        width, offset, rule = self.slot_ms, self._offset_ms, self.sign.district_rule
        floors, streets, dirty, carry = self._floor, self._parts, self._dirty, self._carry_ms
        late = []
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
            try:
                slots = streets[street][source, point]
            except KeyError:
                slots = streets.setdefault(street, {})[source, point] = {}
            if slot in slots and slots[slot][2] > at:
                continue
            mass = 1.0
            if weight is not None or denominator is not None:
                mass = mass_of(rule, weight, denominator)
            slots[slot] = _child((value, mass, at))
            try:
                dirty[street].add(slot)
            except KeyError:
                dirty[street] = {slot}
        return late

    def restore(self, street: str, part: Part, at: int, value: float, mass: float) -> None:
        """Put back an observation that the store's samples already contain."""
        slot = slot_start(at, self.slot_ms, self._offset_ms)
        self._parts.setdefault(street, {}).setdefault(part, {})[slot] = Child(value, mass, at)

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
        return None if samples is None else self._sample_as_of(samples, slot)

    def speaks_for_itself(self) -> bool:
        """Whether the district's newest value was reported as such, not added up from streets."""
        order = self._order.get(self._district)
        parts = self._parts.get(self._district, {}).values() if order else ()
        return any(s.get(order[-1]) or self._as_of(s, order[-1]) for s in parts if order)

    def floor_of(self, place: str) -> int | None:
        """The slot from which on a place is complete in memory; None: it always was."""
        return self._floor.get(place)

    # -- adding up --------------------------------------------------------------------------

    def settle(self) -> Changes:
        """Bring samples and states up to date with what was taken in, and forget what is old."""
        changes = self.add_up()
        self.trim()
        return changes

    def add_up(self) -> Changes:
        """As `settle`, but forget nothing yet."""
        changes = Changes({}, [], [], set(), set())
        dirty, self._dirty = self._dirty, {}
        touched = dirty.pop(self._district, set())
        for place, slots in dirty.items():
            changed = self._settle_place(place, slots, changes)
            if place in self._counted:
                touched |= changed
        floor = self._floor.get(self._district)
        if floor is not None:
            changes.late.update(slot for slot in touched if slot < floor)
        if touched:
            self._settle_place(self._district, touched, changes)
        self._settled.update(dirty, (self._district,))
        return changes

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
                at = bisect_left(order, slot)
                todo.update(s for s in order[at:] if s - slot <= self._carry_ms)
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
            self._judge_from(place, min(changed), changes)
        return changed

    def _sample(self, place: str, slot: int) -> Sample | None:
        if place != self._district:
            return self._of_parts(place, slot, self.sign.street_rule)
        direct = self._of_parts(place, slot, self._direct_rule())
        return direct if direct is not None else self._of_streets(slot)

    def _direct_rule(self) -> Rule:
        rule = self.sign.district_rule
        return Rule.VALUE if rule is Rule.NA else rule

    def _of_parts(self, place: str, slot: int, rule: Rule) -> Sample | None:
        children: list[Child] = []
        demo = False
        for (source, _), slots in self._parts.get(place, {}).items():
            child = slots.get(slot) or self._as_of(slots, slot)
            if child is not None:
                children.append(child)
                demo = demo or self._is_demo(source)
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
            samples = self.samples.get(street)
            if not samples:
                continue
            sample = self._sample_as_of(samples, slot)
            if sample is not None:
                children.append(Child(sample.value, sample.denominator, sample.at))
                demo = demo or sample.demo
        children.sort()  # floating-point sums must not depend on the order of a set
        return self._total(self.sign.district_rule, children, self._district, slot, demo)

    def _total(
        self, rule: Rule, children: list[Child], place: str, slot: int, demo: bool
    ) -> Sample | None:
        if not children:
            return None
        if len(children) > 1:
            children.sort()
        badness = self.fold.judge(place, slot).badness if rule is Rule.WORST else _unasked
        total = aggregate(rule, children, badness)
        if total is None:
            return None
        value, numerator, denominator, count, at = total
        # judged as it is shown: a rounded 25 must not stand beside "below 25"
        value = round(value, self.sign.decimals)
        return _sample((value, numerator, denominator, count, at, demo))

    def _as_of(self, slots: dict[int, Child], slot: int) -> Child | None:
        child = slots.get(slot)
        if child is not None:
            return child
        edge = slot + self.slot_ms - self._stale_ms
        for back in range(1, self.reach + 1):
            child = slots.get(slot - back * self.slot_ms)
            if child is not None:
                return child if child.observed_at > edge else None
        return None

    def _sample_as_of(self, samples: dict[int, Sample], slot: int) -> Sample | None:
        sample = samples.get(slot)
        if sample is not None:
            return sample
        edge = slot + self.slot_ms - self._stale_ms
        for back in range(1, self.reach + 1):
            sample = samples.get(slot - back * self.slot_ms)
            if sample is not None:
                return sample if sample.at > edge else None
        return None

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
        parts = self._parts.get(place, {})
        for part, slots in list(parts.items()):
            for slot in [s for s in slots if s < keep_from]:
                del slots[slot]
            if not slots:  # fell silent: nothing of it carries into the window
                del parts[part]
