"""What a settled turn has to write, and how much of it goes into one transaction."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from data_access.series.rollups import Key, MinuteRow
from data_access.series.states import HistoryRow, LatestRow, PointRow
from domain.clock import HOUR_MS, slot_start


@dataclass(slots=True)
class WriteSet:
    """What one settled turn has to write; everything is a replacement, so writing twice is safe."""

    minutes: dict[Key, MinuteRow] = field(default_factory=dict)
    latest: dict[tuple[str, str], LatestRow] = field(default_factory=dict)
    points: list[PointRow] = field(default_factory=list)
    gone: set[Key] = field(default_factory=set)
    new: dict[Key, HistoryRow] = field(default_factory=dict)
    late: dict[str, dict[str, set[int]]] = field(default_factory=dict)  # sign → place → slots
    hours: set[Key] = field(default_factory=set)  # whose time in each state is another now

    def __bool__(self) -> bool:
        return bool(self.minutes or self.latest or self.gone or self.new)

    def spent(self, place: str, code: str, from_ms: int, to_ms: int, grid_ms: int) -> None:
        """The time of [from, to] was spent otherwise than the hours say."""
        first = slot_start(from_ms, HOUR_MS, grid_ms)
        self.hours.update((place, code, hour) for hour in range(first, to_ms + 1, HOUR_MS))

    def size(self) -> int:
        """How many rows there are to write."""
        return len(self.minutes) + len(self.points) + len(self.gone) + len(self.new)

    def parts(self, size: int, *, states: bool) -> Iterator["WriteSet"]:
        """Take rows out, so many at a time: samples and points; with `states` also their changes.

        Rows of `latest` stay.
        """
        minutes, self.minutes = list(self.minutes.items()), {}
        points, self.points = self.points, []
        for n in range(0, len(minutes), size):
            yield WriteSet(minutes=dict(minutes[n : n + size]))
        for n in range(0, len(points), size):
            yield WriteSet(points=points[n : n + size])
        if not states:
            return
        gone, self.gone = list(self.gone), set()
        new, self.new = list(self.new.items()), {}
        for n in range(0, len(gone), size):  # before the new: some are both
            yield WriteSet(gone=set(gone[n : n + size]))
        for n in range(0, len(new), size):
            yield WriteSet(new=dict(new[n : n + size]))

    def note_late(self, code: str, place: str, slots: Iterable[int]) -> None:
        """These slots of a sign lie before its window."""
        self.late.setdefault(code, {}).setdefault(place, set()).update(slots)

    def take_back(self, transitions: Iterable[Key]) -> None:
        """These changes of state (place, sign, since) do not hold."""
        for key in transitions:
            self.new.pop(key, None)
            self.gone.add(key)

    def record(self, transitions: Iterable[HistoryRow]) -> None:
        """These changes of state hold."""
        self.new.update((row[:3], row) for row in transitions)
