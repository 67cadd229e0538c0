"""The engine's window: whatever the order, the same picture."""

from typing import Any, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from data_access.intake.readings import RawRow
from domain.aggregation import Child, mass_of
from domain.indicator import Rule
from domain.sign import Sign, State
from domain.state import Judge, make_judge
from engine.said import Part
from engine.window import SignWindow
from tests.unit.signs import make_sign, thresholds


class Row(NamedTuple):
    """A reading for a window."""

    street: str
    part: Part
    at: int
    value: float
    mass: float


DISTRICT = "310115"
STREETS = ("310115001", "310115002", "310115003")
MINUTE = 60_000
START = 1_700_000_040_000  # on a minute


def window_of(sign: Sign, keep: int | None = 24) -> SignWindow:
    def judge_at(which: Sign, place: str, at: int) -> Judge:
        return make_judge(which, which.thresholds[0])

    return SignWindow(
        sign, DISTRICT, frozenset(STREETS), 8 * 3_600_000, judge_at, "demo".__eq__, keep
    )


def picture(window: SignWindow) -> dict[str, Any]:
    """All that a window says, transitions included."""
    places = (DISTRICT, *STREETS)
    return {
        place: (
            window.samples.get(place, {}),
            {slot: (j.state, j.since) for slot, j in window.judged.get(place, {}).items()},
            window.newest(place),
        )
        for place in places
    }


def record(history: dict[tuple[str, int], Any], window: SignWindow) -> None:
    """Settle, and keep the history of states as the store would."""
    changes = window.settle()
    for key in changes.gone:
        history.pop(key, None)
    for place, transition in changes.new:
        history[place, transition.since] = transition


rows = st.lists(
    st.builds(
        Row,
        street=st.sampled_from(STREETS),
        part=st.sampled_from([("a", ""), ("a", "p1"), ("demo", "")]),
        at=st.integers(0, 20 * 60).map(lambda s: START + s * 1000),
        value=st.integers(0, 40).map(float),
        mass=st.sampled_from([1.0, 2.5, 10.0]),
    ),
    min_size=1,
    max_size=40,
    unique_by=lambda r: (r.street, r.part, r.at),  # intake lets each key through once
)
rules = st.sampled_from([r for r in Rule if r is not Rule.NA])


@settings(max_examples=150, deadline=None)
@given(rows, rules, rules, st.randoms(use_true_random=False), st.sampled_from([0, 120]))
def test_any_order_and_any_helpings_give_the_same_picture(
    readings: list[Row], street_rule: Rule, district_rule: Rule, random: Any, raise_after: int
) -> None:
    sign = make_sign(street_rule=street_rule, rule=district_rule, raise_after_s=raise_after)
    orderly, shuffled = window_of(sign), window_of(sign)
    history: dict[tuple[str, int], Any] = {}
    other: dict[tuple[str, int], Any] = {}
    for row in sorted(readings, key=lambda r: r.at):
        orderly.add(*row)
        record(history, orderly)
    mixed = readings + random.sample(readings, len(readings) // 2)
    random.shuffle(mixed)
    while mixed:
        helping = random.randint(1, len(mixed))
        for row in mixed[:helping]:
            shuffled.add(*row)
        del mixed[:helping]
        record(other, shuffled)
    assert picture(orderly) == picture(shuffled)
    assert history == other


@settings(max_examples=150, deadline=None)
@given(rows, rules, rules, st.randoms(use_true_random=False))
def test_many_stored_rows_at_once_give_what_one_by_one_gives(
    readings: list[Row], street_rule: Rule, district_rule: Rule, random: Any
) -> None:
    sign = make_sign(street_rule=street_rule, rule=district_rule)
    singly, together = window_of(sign), window_of(sign)
    stored: list[RawRow] = []
    for n, row in enumerate(readings):
        source, point = row.part[:2]
        stored.append(
            (n, row.street, sign.code, source, point, row.at, row.value, row.mass, row.mass)
        )
        mass = mass_of(district_rule, row.mass, row.mass)
        singly.add(row.street, row.part, row.at, row.value, mass)
    newest: dict[tuple[str, ...], RawRow] = {}
    random.shuffle(stored)
    assert together.add_rows(stored, newest) == []
    singly.settle(), together.settle()
    assert picture(singly) == picture(together)
    assert set(newest.values()) == {
        max((row for row in stored if row[1:5] == key), key=lambda row: row[5]) for key in newest
    }
    assert newest.keys() == {row[1:5] for row in stored}


def test_a_silent_point_stops_counting_when_it_is_stale() -> None:
    window = window_of(make_sign(street_rule=Rule.SUM, rule=Rule.SUM))  # stale after 180 s
    street = STREETS[0]
    for minute in range(6):
        window.add(*Row(street, ("a", "talks"), START + minute * MINUTE, 1.0, 1.0))
    window.add(*Row(street, ("a", "falls silent"), START, 10.0, 1.0))
    window.settle()
    values = [window.samples[street][START + m * MINUTE].value for m in range(6)]
    assert values == [11.0, 11.0, 1.0, 1.0, 1.0, 1.0]


def test_the_district_sums_its_streets_and_a_direct_report_wins() -> None:
    window = window_of(make_sign(street_rule=Rule.SUM, rule=Rule.SUM))
    for n, street in enumerate(STREETS):
        window.add(*Row(street, ("a", ""), START, float(n + 1), 1.0))
    window.add(*Row("310115501", ("a", ""), START, 99.0, 1.0))  # overlies the streets
    window.settle()
    newest = window.newest(DISTRICT)
    assert newest is not None and newest[0].value == 6.0 and newest[0].children == 3
    window.add(*Row(DISTRICT, ("b", ""), START, 7.0, 1.0))
    window.settle()
    newest = window.newest(DISTRICT)
    assert newest is not None and newest[0].value == 7.0


def test_a_late_alarm_is_written_into_the_history_where_it_belongs() -> None:
    window = window_of(make_sign())
    street = STREETS[0]
    history: dict[tuple[str, int], Any] = {}
    for minute in (0, 1, 3):
        window.add(*Row(street, ("a", ""), START + minute * MINUTE, 0.0, 1.0))
        record(history, window)
    window.add(*Row(street, ("a", ""), START + 2 * MINUTE, 30.0, 1.0))
    record(history, window)
    mine = [t for (place, _), t in sorted(history.items()) if place == street]
    assert [(t.since - START) // MINUTE for t in mine] == [0, 2, 3]
    assert [t.state for t in mine] == [State.NORMAL, State.ALARM, State.NORMAL]


def test_what_lies_before_the_window_is_handed_back() -> None:
    window = window_of(make_sign(), keep=4)
    street = STREETS[0]
    for minute in range(10):
        assert window.add(*Row(street, ("a", ""), START + minute * MINUTE, 0.0, 1.0)) is None
    window.settle()
    late = Row(street, ("a", ""), START + 1000, 30.0, 1.0)
    assert window.add(*late) == START
    assert window.settle().samples == {}
    assert len(window.samples[street]) == 4  # nothing grows with the length of the past


def test_a_helping_older_than_the_window_reaches_the_district_too() -> None:
    """Newest first, and more slots in one helping than a window keeps."""
    window = window_of(make_sign(street_rule=Rule.SUM, rule=Rule.SUM), keep=4)
    for back in (0, 1, 2, 3, 30, 60):
        for street in STREETS:
            window.add(street, ("s", ""), START - back * MINUTE, 1.0, 1.0)
    written = window.settle().samples
    for back in (0, 30, 60):
        slot = START - back * MINUTE
        assert (DISTRICT, slot) in written
        assert written[DISTRICT, slot].value == 3.0


def test_demonstration_marks_everything_it_touches() -> None:
    window = window_of(make_sign())
    window.add(*Row(STREETS[0], ("a", ""), START, 1.0, 1.0))
    window.add(*Row(STREETS[1], ("demo", ""), START, 1.0, 1.0))
    window.settle()
    assert not window.samples[STREETS[0]][START].demo
    assert window.samples[STREETS[1]][START].demo
    assert window.samples[DISTRICT][START].demo


def test_the_value_is_judged_as_it_is_shown() -> None:
    window = window_of(
        make_sign(
            street_rule=Rule.MEAN,
            decimals=0,
            thresholds=(thresholds(attention_high=10, warning_high=20, alarm_high=25),),
        )
    )
    window.add(*Row(STREETS[0], ("a", "1"), START, 24.6, 1.0))
    window.settle()
    newest = window.newest(STREETS[0])
    assert newest is not None and newest[1] is not None
    assert (newest[0].value, newest[1].state) == (25.0, State.ALARM)


def test_the_last_word_of_a_slow_point_counts_though_it_comes_late() -> None:
    """Two points that speak once a day, stale after a day and a half; one arrives 30 hours late."""
    hour = 60 * MINUTE
    slow = make_sign(
        cadence_s=86_400,
        stale_after_s=129_600,
        street_rule=Rule.SUM,
        rule=Rule.SUM,
    )
    window, street = window_of(slow), STREETS[0]
    for hours in range(31):
        window.add(*Row(street, ("busy", ""), START + hours * hour, 1.0, 1.0))
        window.settle()
    floor = window.floor_of(street)
    assert floor is not None and floor > START
    assert window.add(*Row(street, ("slow", ""), START, 10.0, 1.0)) is not None
    window.settle()
    for place in (street, DISTRICT):
        newest = window.newest(place)
        assert newest is not None and newest[0].value == 11.0
        assert min(window.samples[place]) >= floor  # what lies before is not half computed


def test_points_that_fell_silent_are_forgotten() -> None:
    window = window_of(make_sign(), keep=4)
    street = STREETS[0]
    for minute in range(50):
        window.add(*Row(street, ("a", f"device {minute}"), START + minute * MINUTE, 0.0, 1.0))
        window.settle()
    assert window.points(street) <= 4 + window.reach


def test_a_derived_value_before_the_window_is_refused() -> None:
    window = window_of(make_sign(), keep=4)
    street = STREETS[0]
    for minute in range(10):
        window.add(*Row(street, ("a", ""), START + minute * MINUTE, 0.0, 1.0))
    window.settle()
    assert not window.add_computed(street, START, Child(30.0, 1.0, START), demo=False)
    assert window.add_computed(street, START + 9 * MINUTE, Child(30.0, 1.0, START), demo=False)
    assert window.settle().samples == {}  # and a report wins over it
