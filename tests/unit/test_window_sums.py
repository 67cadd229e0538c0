"""Adding up a window's slots: to the last bit what its definition says, at a linear cost."""

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.aggregation import Child, aggregate
from domain.clock import slot_start
from domain.indicator import Rule
from domain.sign import Sign
from domain.state import make_judge
from engine import steps
from engine.said import reach_of
from engine.sample import Sample
from engine.window import SignWindow
from tests.unit.signs import make_sign
from tests.unit.test_window import DISTRICT, MINUTE, START, STREETS, Row, picture, window_of

OFFSET = 8 * 60 * MINUTE


class ByDefinition:
    """Every point of every place is asked in every slot: the meaning, without any thrift."""

    def __init__(self, sign: Sign, rows: list[Row]) -> None:
        self.sign, self.rows = sign, rows
        self.judge = make_judge(sign, sign.thresholds[0])

    def slots(self, place: str) -> set[int]:
        """Where a place has a sample: where something was said of it."""
        return {self.slot_of(row.at) for row in self.rows if place in (row.street, DISTRICT)}

    def slot_of(self, at: int) -> int:
        return slot_start(at, self.sign.slot_ms, OFFSET)

    def sample(self, place: str, slot: int) -> Sample | None:
        rule = self.sign.rule if place == DISTRICT else self.sign.street_rule
        direct, demo = [], False
        for part in {row.part for row in self.rows if row.street == place}:
            said = [r for r in self.rows if (r.street, r.part) == (place, part)]
            row = max(
                (r for r in said if self.slot_of(r.at) <= slot), key=lambda r: r.at, default=None
            )
            if row is not None and self.counts(self.slot_of(row.at), row.at, slot):
                direct.append(Child(row.value, row.mass, row.at))
                demo = demo or part[0] == "demo"
        if place != DISTRICT or direct:
            return self.total(rule, direct, demo)
        streets = []
        for street in STREETS:
            mine = max((s for s in self.slots(street) if s <= slot), default=None)
            found = None if mine is None else self.sample(street, mine)
            if mine is not None and found is not None and self.counts(mine, found.at, slot):
                streets.append(Child(found.value, found.denominator, found.at))
                demo = demo or found.demo
        return self.total(rule, streets, demo)

    def counts(self, mine: int, at: int, slot: int) -> bool:
        """Whether what was said at an instant of the slot `mine` still holds in a later one."""
        if mine == slot:
            return True
        near = slot - mine <= reach_of(self.sign) * self.sign.slot_ms
        return near and at > slot + self.sign.slot_ms - self.sign.stale_after_s * 1000

    def total(self, rule: Rule, children: list[Child], demo: bool) -> Sample | None:
        added = aggregate(rule, sorted(children), self.judge.badness)
        if added is None:
            return None
        return Sample(round(added.value, self.sign.decimals), *added[1:], demo)


told = st.lists(
    st.builds(
        Row,
        street=st.sampled_from((*STREETS, STREETS[0], DISTRICT)),
        part=st.sampled_from([("a", ""), ("a", "p1"), ("b", "p2"), ("demo", "")]),
        at=st.integers(0, 15 * 60).map(lambda s: START + s * 1000),
        value=st.floats(0, 40, width=32),
        mass=st.sampled_from([0.1, 1.0, 2.7]),
    ),
    min_size=1,
    max_size=30,
    unique_by=lambda r: (r.street, r.part, r.at),
)


@settings(max_examples=120, deadline=None)
@given(
    told,
    st.sampled_from([r for r in Rule if r is not Rule.NA]),
    st.sampled_from([r for r in Rule if r is not Rule.NA]),
    st.sampled_from([90, 180, 600]),
    st.randoms(use_true_random=False),
    st.sampled_from([1, 60, 100_000]),
)
def test_every_order_and_every_piece_gives_what_the_definition_says(
    rows: list[Row], street_rule: Rule, district_rule: Rule, stale: int, dice: Any, piece: int
) -> None:
    sign = make_sign(street_rule=street_rule, rule=district_rule, stale_after_s=stale, decimals=9)
    window = window_of(sign, keep=None)
    mixed = rows + dice.sample(rows, len(rows) // 2)
    dice.shuffle(mixed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(steps, "STEP", piece)
        while mixed:
            size = dice.randint(1, len(mixed))
            for row in mixed[:size]:
                window.add(*row)
            del mixed[:size]
            list(window.pieces())
            window.trim()
    meant = ByDefinition(sign, rows)
    for place in (*STREETS, DISTRICT):
        found = window.samples.get(place, {})
        assert set(found) == meant.slots(place)
        assert found == {slot: meant.sample(place, slot) for slot in found}


def events(count: int) -> list[Row]:
    """One point an event, as a register of requests has them, three a slot."""
    return [
        Row(STREETS[n % 3], ("a", f"case {n}"), START + n * MINUTE // 3, 1.0, 1.0)
        for n in range(count)
    ]


def visits(rows: list[Row], keep: int | None = 24, helpings: int = 1) -> int:
    """The contributions that were looked at until all is added up."""
    window = window_of(make_sign(street_rule=Rule.SUM, rule=Rule.SUM), keep)
    size = -(-len(rows) // helpings)
    for start in range(0, len(rows), size):
        for row in rows[start : start + size]:
            window.add(*row)
        list(window.pieces())
        window.trim()
    return window.work.visits


@pytest.mark.parametrize(("keep", "helpings"), [(24, 1), (24, 100), (None, 1), (None, 10)])
@pytest.mark.parametrize("order", ["as they happened", "backwards", "shuffled"])
def test_points_that_spoke_once_cost_what_they_said(
    keep: int | None, helpings: int, order: str
) -> None:
    small, large = events(2_000), events(8_000)
    for rows in (small, large):
        if order == "backwards":
            rows.reverse()
        elif order == "shuffled":
            random.Random(7).shuffle(rows)
    few, many = visits(small, keep, helpings), visits(large, keep, helpings)
    assert many <= 4.4 * few  # four times the events
    # each counts in its slot and in the few it carries into, whoever touches them
    assert many <= 8_000 * 60


def test_a_window_and_its_pieces_say_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    sign = make_sign(street_rule=Rule.SUM, rule=Rule.SUM)
    at_once, in_pieces = window_of(sign), window_of(sign)
    rows = events(3_000)
    monkeypatch.setattr(steps, "STEP", 10**9)
    for row in rows:
        at_once.add(*row)
    whole = at_once.settle()
    monkeypatch.setattr(steps, "STEP", 500)
    for row in rows:
        in_pieces.add(*row)
    samples: dict[tuple[str, int], Sample] = {}
    pieces = 0
    for changes in in_pieces.pieces():
        samples.update(changes.samples)
        assert len(changes.samples) <= 60  # what a piece is promised to be
        pieces += 1
    in_pieces.trim()
    assert pieces > 20 and samples == whole.samples
    assert picture(in_pieces) == picture(at_once)


def test_silent_points_are_forgotten_though_others_speak() -> None:
    window: SignWindow = window_of(make_sign(street_rule=Rule.SUM, rule=Rule.SUM), keep=4)
    for row in events(3_000):
        window.add(*row)
    window.settle()
    assert all(window.points(street) <= 4 + window.reach for street in STREETS)
