"""What the points of one place have said, slot by slot.

Kept by slot and not by point: a slot asks those who spoke shortly before it, and never meets a
point that was stale long ago or had not begun. So a past of many points that spoke once each costs
what they said, and not the points times the slots.
"""

from collections.abc import Iterable, Iterator

from domain.aggregation import Child
from domain.sign import Sign

Part = tuple[str, str] | tuple[str, str, int]
"""(source, point); of amounts, which all count, with the instant."""


def reach_of(sign: Sign) -> int:
    """How many slots a value can carry forward before it is stale; an amount counts once."""
    return 0 if sign.adds_up else -(-sign.stale_after_s * 1000 // sign.slot_ms) + 1


def slot_by_slot(dirty: dict[str, set[int]]) -> Iterator[dict[str, set[int]]]:
    """Slots by place, cut into one slot each, the oldest first."""
    places: dict[int, dict[str, set[int]]] = {}
    for place, slots in dirty.items():
        for slot in slots:
            places.setdefault(slot, {})[place] = {slot}
    return (places[slot] for slot in sorted(places))


class Work:
    """Counts the contributions that were looked at: what adding up has cost."""

    __slots__ = ("visits",)

    def __init__(self) -> None:
        self.visits = 0


class Said:
    """One place's contributions. `slots` is open to who adds millions of them."""

    __slots__ = ("_last", "_reach", "_stale_ms", "_width", "_work", "slots")

    def __init__(self, sign: Sign, work: Work) -> None:
        self.slots: dict[int, dict[Part, Child]] = {}
        self._last: dict[Part, int] = {}  # the newest slot of each point
        self._width, self._reach = sign.slot_ms, reach_of(sign)
        self._stale_ms = sign.stale_after_s * 1000
        self._work = work

    def put(self, slot: int, part: Part, child: Child) -> None:
        """Enter a contribution in place of an older one."""
        self.slots.setdefault(slot, {})[part] = child
        self._note(slot, (part,))

    def note(self, slots: Iterable[int]) -> None:
        """To be told once something was put into these of `slots` directly, before `alive`."""
        for slot in slots:
            self._note(slot, self.slots.get(slot, ()))

    def _note(self, slot: int, parts: Iterable[Part]) -> None:
        last = self._last
        for part in parts:
            if last.get(part, slot - 1) < slot:
                last[part] = slot

    def points(self) -> int:
        """How many points are remembered."""
        return len(self._last)

    def alive(self, slot: int) -> dict[Part, Child]:
        """Each point's last word before the end of a slot, unless that is stale by then."""
        found = dict(self.slots.get(slot) or {})
        self._work.visits += len(found)
        edge = slot + self._width - self._stale_ms
        everybody = len(self._last)
        for back in range(1, self._reach + 1):
            if len(found) == everybody:
                break
            said = self.slots.get(slot - back * self._width)
            if not said:
                continue
            self._work.visits += len(said)
            for part, child in said.items():
                if part not in found and child[2] > edge:
                    found[part] = child
        return found

    def forget(self, before: int) -> None:
        """Let go of the slots before `before`, and of the points that spoke in no later one."""
        last = self._last
        for slot in [s for s in self.slots if s < before]:
            for part in self.slots.pop(slot):
                if last[part] == slot:
                    del last[part]
