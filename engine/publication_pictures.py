"""Reads pictures of a sign from the roll-ups: what every street said in one slot."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import Connection

from data_access.series.closed_samples import Question, Sample, last_samples, samples
from domain.catalogue import Catalogue
from domain.clock import HOUR_MS
from domain.sign import Sign
from domain.telling import Part, Picture

Slots = dict[int, Sample]


class Pictures:
    """Pictures of one city's signs."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._district = catalogue.code
        self._zone = catalogue.zone
        self.streets = [street.code for street in catalogue.counted]

    def newest_slot(self, conn: Connection, sign: Sign, first: int, last: int) -> int | None:
        """The newest slot in [first, last] in which the district has a sample."""
        asked = [(self._district, sign.code, first, last + 1)]
        return next((sample.bucket for _, _, sample in last_samples(conn, asked)), None)

    def is_demo(self, conn: Connection, sign: Sign, slot: int) -> bool:
        """Whether the district's sample of a slot is the demonstration's."""
        asked = [(self._district, sign.code, slot, slot + 1)]
        return any(sample.demo for _, _, sample in last_samples(conn, asked))

    def between(
        self, conn: Connection, sign: Sign, first: int, last: int, tier: str = "minute"
    ) -> Iterator[Picture]:
        """The pictures of the slots in [first, last], the newest first.

        A street counts with its last sample that was not stale at the end of the slot, as in the
        engine. Where that hangs on the second, the street is taken in: then the total disagrees
        and is told of nobody.
        """
        carry = sign.stale_after_s * 1000
        asked: list[Question] = [
            (place, sign.code, first - carry, last + 1) for place in self.streets
        ]
        asked.append((self._district, sign.code, first, last + 1))
        known: dict[str, Slots] = {}
        for place, _, sample in samples(conn, asked, tier):
            known.setdefault(place, {})[sample.bucket] = sample
        whole = known.pop(self._district, {})
        own = whole or {slot for slots in known.values() for slot in slots if slot >= first}
        by_place = {place: (sorted(slots), slots) for place, slots in known.items()}
        for slot in sorted(own, reverse=True):
            yield self._picture(slot, carry, by_place, whole.get(slot))

    def joined(self, conn: Connection, sign: Sign, picture: Picture, until: int) -> bool:
        """Whether a street that is not in a picture has spoken since, up to an instant."""
        asked = [
            (place, sign.code, picture.slot + 1, until)
            for place in self.streets
            if place not in picture.streets
        ]
        return next(last_samples(conn, asked), None) is not None

    def _picture(
        self,
        slot: int,
        carry: int,
        known: Mapping[str, tuple[Sequence[int], Slots]],
        whole: Sample | None,
    ) -> Picture:
        day = self._zone.day_start(slot)
        streets: dict[str, Part] = {}
        oldest, demo = slot, whole is not None and whole.demo
        for place, (order, slots) in known.items():
            at = bisect_right(order, slot) - 1
            if at < 0 or order[at] <= slot - carry:
                continue
            sample = slots[order[at]]
            streets[place] = _part(sample)
            oldest = min(oldest, sample.bucket)
            demo = demo or sample.demo
        severity = None if whole is None else whole.severity
        part = None if whole is None else _part(whole)
        return Picture(slot, streets, part, oldest, oldest < day, severity, demo)


def kept_tier(sign: Sign) -> str:
    """The tier that has a sign's samples for longest."""
    return "hour" if sign.slot_ms == HOUR_MS else "minute"


def _part(sample: Sample) -> Part:
    return Part(sample.value, sample.denominator)
