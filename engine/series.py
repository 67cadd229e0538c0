"""The samples of one sign at each place in the order of their slots, with their states."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence

from domain.clock import slot_start
from domain.sign import Sign
from domain.state import Judged
from engine.fold import Fold
from engine.sample import Changes, Sample, Seed, Transition


class Series:
    """What a window has added up and judged; how it adds up is the window's own matter."""

    def __init__(self, sign: Sign, offset_ms: int, fold: Fold) -> None:
        self.sign = sign
        self.slot_ms = sign.slot_ms
        self.fold = fold
        self.samples: dict[str, dict[int, Sample]] = {}
        self.judged = fold.judged
        self._offset_ms = offset_ms
        self._order: dict[str, list[int]] = {}

    def seed(self, place: str, seed: Seed) -> None:
        """What held at `place` before the first slot in memory."""
        self.fold.seeds[place] = seed

    def recall(self, place: str, sample: Sample) -> None:
        """Put back a sample older than the window, as the store remembers it."""
        slot = slot_start(sample.at, self.slot_ms, self._offset_ms)
        samples = self.samples.setdefault(place, {})
        if slot not in samples:
            insort(self._order.setdefault(place, []), slot)
        samples[slot] = sample

    def pin(self, place: str, told: Sequence[Transition], from_ms: int) -> None:
        """Let the recorded changes of state stand, led by the one in force before `from_ms`."""
        self.fold.pin(place, self._order.get(place, ()), self.samples.get(place, {}), told, from_ms)

    def newest(self, place: str) -> tuple[Sample, Judged | None] | None:
        """The newest sample of a place with its judgement; None when it never had one."""
        order = self._order.get(place)
        if not order:
            return None
        slot = order[-1]
        return self.samples[place][slot], self.fold.after(place, slot)

    def judged_at(self, place: str, slot: int) -> Judged | None:
        """How the sample of a slot was judged; None where the sign has no state."""
        return self.judged.get(place, {}).get(slot)

    def alive_until(self, place: str) -> int | None:
        """The last instant at which the newest sample of a place counts; None without one."""
        order = self._order.get(place)
        return self.fold.until(place, self.samples[place][order[-1]]) if order else None

    def silent_since(self, place: str) -> int | None:
        """When the state of a place ended because nothing more was heard; None: it holds."""
        order = self._order.get(place)
        return self.fold.ended(place, order[-1]) if order else None

    def before(self, place: str, ms: int) -> int:
        """When the last sample before an instant began to hold, the instant itself without one."""
        order = self._order.get(place, ())
        at = bisect_left(order, slot_start(ms, self.slot_ms, self._offset_ms))
        return self.begin(place, order[at - 1]) if at else ms

    def begin(self, place: str, slot: int) -> int:
        """When the sample of a slot began to hold: a carried one does so in the slot."""
        return max(self.samples[place][slot].at, slot)

    def first(self, place: str) -> int:
        """When the oldest sample in memory began to hold."""
        return self.begin(place, self._order[place][0])

    def seed_before(self, place: str, slot: int) -> Seed:
        """What holds before a slot, for a window that begins with it."""
        order = self._order.get(place, [])
        at = bisect_left(order, slot)
        if not at:
            return self.fold.seeds.get(place, Seed(None, 0))
        last = order[at - 1]
        return Seed(self.fold.after(place, last), self.fold.until(place, self.samples[place][last]))

    def slots(self, place: str, from_ms: int, to_ms: int) -> Sequence[int]:
        """The slots of a place in [from, to] that hold a sample."""
        order = self._order.get(place, ())
        return order[bisect_left(order, from_ms) : bisect_right(order, to_ms)]

    def reseed(self, place: str, seed: Seed | None, corrected: dict[int, Sample]) -> Changes:
        """Judge the slots of `place` in memory anew, coming from a corrected earlier state.

        `corrected`: slots that memory could not add up by itself. `seed` None: the state is right.
        """
        samples = self.samples[place]
        changes = Changes({}, [], [], set(), set())
        for slot, sample in corrected.items():
            if samples.get(slot) != sample:
                if slot not in samples:
                    insort(self._order[place], slot)
                samples[slot] = sample
                changes.samples[place, slot] = sample
        order, first = self._order[place], min((slot for _, slot in changes.samples), default=None)
        if seed is not None and self.fold.seeds.get(place) != seed:
            self.fold.seeds[place] = seed
            first = order[0]
        if first is not None:
            self.fold.run(place, order, samples, bisect_left(order, first), changes)
        return changes

    def renew(self, place: str, *, told: bool = False) -> Changes:
        """What time alone has changed at a place since its newest sample (`told`: see Fold)."""
        changes = Changes({}, [], [], set(), set())
        order = self._order.get(place)
        if order:
            newest = self.samples[place][order[-1]]
            self.fold.renew(place, order[-1], newest, changes, told=told)
        return changes
