"""A month of the wall: most of it calm, something always there to look at."""

from statistics import mean, median

from domain.sign import GRADED, State
from tests.unit.demo_city import living, month


def test_an_average_moment_of_a_month() -> None:
    signs = [moment.signs for moment in month()]
    streets = [moment.streets for moment in month()]
    for name, rows in (("signs", signs), ("streets", streets)):
        for state in (State.NORMAL, *GRADED):
            counts = sorted(row[state] for row in rows)
            print(f"{name:8}{state:10} mean {mean(counts):6.2f}  sorted {counts}")
    assert median(row[State.NORMAL] for row in signs) >= 105
    assert 1 <= mean(row[State.ATTENTION] for row in signs) <= 8
    assert 0.4 <= mean(row[State.WARNING] for row in signs) <= 4
    assert 0.05 <= mean(row[State.ALARM] for row in signs) <= 2
    assert mean(row[State.NORMAL] for row in streets) >= 10  # the map is not all yellow
    assert mean(row[State.ALARM] for row in streets) < 2


def test_streets_add_up_to_the_district() -> None:
    """A sign's district value, added up from its streets, lies around its typical value."""
    for code, model in living().signs.items():
        if model.behaviour.base:
            continue  # follows the weather and the season, not a typical value
        middle = median(moment.values[code] for moment in month())
        step = abs(model.whole.step)
        assert abs(middle - model.sign.typical) < 0.45 * step, (code, middle)
