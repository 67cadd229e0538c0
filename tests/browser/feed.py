"""Readings under the test's control, sent to the public intake like any source's."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import cycle
from typing import Any, NamedTuple

from domain.catalogue import Catalogue
from domain.freshness import Freshness, late_after_s
from domain.indicator import Direction, Rule
from domain.sign import Sign, State
from domain.state import make_judge
from tests.fixtures.product import Stack

Row = dict[str, Any]
TODAY = "2026-01-01"  # any day: the shipped thresholds have one version


class Fate(NamedTuple):
    """What a sign of a test's city shall look like."""

    state: State
    freshness: Freshness


LIVE = Freshness.LIVE
MIXTURE = (
    Fate(State.NORMAL, LIVE),
    Fate(State.ATTENTION, LIVE),
    Fate(State.NORMAL, LIVE),
    Fate(State.UNKNOWN, Freshness.STALE),
    Fate(State.WARNING, LIVE),
    Fate(State.NORMAL, Freshness.LATE),
    Fate(State.UNKNOWN, Freshness.NEVER),
    Fate(State.ALARM, LIVE),
    Fate(State.NORMAL, LIVE),
    Fate(State.ALARM, Freshness.LATE),
)
"""Everything that a cell can be, in a mixture that no domain and no column gets by rule."""


class Feeder:
    """One source with an ingest key of its own."""

    def __init__(self, stack: Stack, source: str) -> None:
        self.source = source
        self._client = stack.client()
        self.key = stack.ingest_key(source)

    def post(self, rows: Iterable[Row]) -> None:
        """Send rows; every one must be taken in."""
        sent = [{"source": self.source, **row} for row in rows]
        answer = self._client.post_readings(self.key, sent)
        assert answer.status == 200, answer.text
        taken = answer.json()
        assert (taken["accepted"], taken["rejected"]) == (len(sent), []), taken["rejected"][:3]

    def refuse(self, rows: list[Any]) -> None:
        """Send rows; every one must end in quarantine."""
        answer = self._client.post_readings(self.key, rows)
        assert len(answer.json()["rejected"]) == len(rows), answer.text


def reading(sign: Sign, value: float, street: str | None = None, age_s: float = 0) -> Row:
    """A reading of `sign` that is `age_s` seconds old; street None = the district."""
    at = datetime.now(UTC) - timedelta(seconds=age_s)
    return {"sign": sign.code, "street": street, "value": value, "observed_at": at.isoformat()}


def value_for(sign: Sign, state: State) -> float:
    """A value that the district judges to be `state`."""
    judge = make_judge(sign, sign.thresholds_on(TODAY))
    if state is State.NORMAL:
        found = [sign.typical]
    else:
        grade = (State.ATTENTION, State.WARNING, State.ALARM).index(state)
        edges = [judge.lower[grade], judge.higher[grade]]
        found = [edge for edge in reversed(edges) if edge is not None]
    fit = [v for v in found if judge.grade(v) is state and round(v, sign.decimals) == v]
    return fit[0] if fit else next(_between(sign, state))


def _between(sign: Sign, state: State) -> Iterator[float]:
    """Values of the sign's range, as coarse as it is shown, that are judged so."""
    judge = make_judge(sign, sign.thresholds_on(TODAY))
    edges = sorted(e for e in (*judge.lower, *judge.higher) if e is not None)
    low, high = max(sign.value_min, edges[0] - 10), min(sign.value_max, edges[-1] + 10)
    for step in range(2001):
        value = round(low + (high - low) * step / 2000, sign.decimals)
        if judge.grade(value) is state:
            yield value


def fates(catalogue: Catalogue) -> dict[str, Fate]:
    """The mixture over the whole catalogue. Where late and stale begin together, none is late."""
    found = {}
    for sign, fate in zip(catalogue.signs, cycle(MIXTURE), strict=False):
        may_be_late = late_after_s(sign.cadence_s, sign.stale_after_s) < sign.stale_after_s
        late = fate.freshness is Freshness.LATE
        found[sign.code] = Fate(fate.state, LIVE) if late and not may_be_late else fate
    return found


def mixed_city(catalogue: Catalogue) -> list[Row]:
    """District readings that give every sign its fate at this moment."""
    rows = []
    for code, (state, freshness) in fates(catalogue).items():
        sign = catalogue.sign[code]
        shown = State.NORMAL if state is State.UNKNOWN else state
        age = {
            Freshness.LIVE: 0.0,
            Freshness.LATE: late_after_s(sign.cadence_s, sign.stale_after_s) + 5,
            Freshness.STALE: sign.stale_after_s + 60,
        }
        if freshness is not Freshness.NEVER:
            rows.append(reading(sign, value_for(sign, shown), age_s=age[freshness]))
    return rows


def quick_signs(catalogue: Catalogue) -> list[Sign]:
    """Signs whose district is as bad as their worst street, at once and with plain thresholds."""
    return [
        sign
        for sign in catalogue.signs
        if (sign.street_rule, sign.rule) == (Rule.MAX, Rule.MAX)
        and sign.direction is Direction.HIGHER_WORSE
        and sign.threshold_rule == "same"
        and sign.raise_after_s == 0
        and sign.derived is None
    ]
