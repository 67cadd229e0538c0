"""Readings older than what memory holds: their slots are computed again from the stored rows.

They change the series, not the present state: a state needs no more than its window. Where raw
readings have been dropped already, a row gives way only to one that is made of as much.
"""

from collections.abc import Iterator

from sqlalchemy import Connection

from data_access import engine_state, readings, rollups
from data_access.rollups import Key, MinuteRow
from domain.sign import Sign
from engine.city import City, add_raw, minute_row
from engine.derived import derive_into
from engine.window import SignWindow, reach_of

Late = dict[str, dict[str, set[int]]]  # sign → place → slots


def recompute(conn: Connection, city: City, late: Late) -> dict[Key, MinuteRow]:
    """The minute rows of late slots, and of those that their values carry forward to."""
    rows: dict[Key, MinuteRow] = {}
    for code, places in late.items():
        sign = city.catalogue.sign[code]
        for first, last in _clusters(sign, set().union(*places.values())):
            rows.update(_cluster(conn, city, sign, set(places), first, last))
    return rows


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


def _cluster(
    conn: Connection, city: City, sign: Sign, places: set[str], first: int, last: int
) -> dict[Key, MinuteRow]:
    margin = reach_of(sign) * sign.slot_ms
    hi = last + margin + sign.slot_ms
    filled = _filled(conn, city, sign, first - 2 * margin, hi)
    wanted = {place: _end(city, sign, place, hi) for place in (*places, city.catalogue.code)}
    whole_from = engine_state.get(conn, "raw_from") + 2 * margin
    made_of = {}
    if first < whole_from:
        made_of = rollups.masses(conn, sign.code, first, min(hi, whole_from))
    return {
        (place, sign.code, slot): minute_row(
            place, sign.code, slot, sample, filled.judged[place].get(slot)
        )
        for (place, slot), sample in filled.settle().samples.items()
        if first <= slot < wanted.get(place, first)
        and sample.denominator >= made_of.get((place, slot), 0.0)
    }


def _end(city: City, sign: Sign, place: str, hi: int) -> int:
    """Where the slots of a place end that memory does not know better."""
    floor = city.windows[sign.code].floor_of(place)
    return hi if floor is None else min(hi, floor)


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
