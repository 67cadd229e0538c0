"""What goes wrong with sources and sensors: silences, skewed clocks, stuck and spiking values.

Not what goes wrong in the city. All of it is seeded and rare; the intake and the engine have to
cope with it in plain sight.
"""

import math
from collections import Counter

from domain.catalogue import Catalogue
from domain.clock import DAY_MS, HOUR_MS, MINUTE_MS
from domain.sign import Sign
from engine.demo.behaviour import Behaviour, Disorder
from engine.demo.chance import stream, uniform

_SKEW_MIN = 25.0
_TELLING_ERROR = (9999.0, -9999.0, 65535.0, 1e9)  # what broken devices like to send


class SourceDisorder:
    """Which sources have never reported, which are silent now, whose clock is wrong."""

    def __init__(self, catalogue: Catalogue, behaviour: Behaviour, seed: int, grid_ms: int) -> None:
        self._rules = behaviour.disorder
        self._grid_ms = grid_ms
        signs = Counter(s.source for s in catalogue.signs if s.derived is None)
        self._streams = {code: stream(seed, "source", code) for code in signs}
        self._silenced = {c for c, n in signs.items() if n <= self._rules.silent_signs}
        self.never = self._never(catalogue, behaviour, signs)

    def silent(self, source: str, cadence_ms: int, at_ms: int) -> bool:
        """True while a source says nothing: some cadences long, now and then."""
        if source in self.never:
            return True
        rules = self._rules
        if source not in self._silenced or rules.silent_share <= 0:
            return False
        low, high = rules.silent_cadences
        shortest = rules.silent_shortest_min * MINUTE_MS
        longest = max(high * cadence_ms, shortest * 1.5)
        span = round((max(low * cadence_ms, shortest) + longest) / 2 / rules.silent_share)
        number, into = divmod(at_ms, span)
        lane = number * 4
        of = self._streams[source]
        length = max(
            uniform(of, lane, low, high) * cadence_ms, shortest * uniform(of, lane + 1, 1, 1.5)
        )
        start = uniform(of, lane + 2) * (span - length)
        return start <= into < start + length

    def skew_ms(self, source: str, at_ms: int) -> int:
        """How far ahead a source stamps what it measures: 0 but for a while on a rare day."""
        day, into = divmod(at_ms + self._grid_ms, DAY_MS)
        of = self._streams[source] ^ 1
        if uniform(of, day * 2) >= self._rules.skew_share:
            return 0
        start = uniform(of, day * 2 + 1) * (DAY_MS - _SKEW_MIN * MINUTE_MS)
        if not start <= into < start + _SKEW_MIN * MINUTE_MS:
            return 0
        return round(self._rules.skew_hours * HOUR_MS)

    def _never(
        self, catalogue: Catalogue, behaviour: Behaviour, signs: "Counter[str]"
    ) -> frozenset[str]:
        """Sources still waiting for their interface: slow, small ones nothing else hangs on."""
        driving = {c.driver for b in behaviour.signs.values() for c in b.couplings}
        needed = {
            s.source
            for s in catalogue.signs
            if s.wall_trend
            or s.code in driving
            or (s.code in behaviour.signs and behaviour.signs[s.code].couplings)
        }
        cadence = {s.source: s.cadence_s for s in catalogue.signs}
        able = sorted(
            (c for c, n in signs.items() if n == 1 and c not in needed),
            key=lambda c: (-cadence[c], uniform(self._streams[c] ^ 2, 0)),
        )
        return frozenset(able[: self._rules.never])


def stuck_since(sensor: int, rules: Disorder, place: int, at_ms: int, grid_ms: int) -> int | None:
    """Since when (epoch ms) the sensor at a place repeats itself; None when it does not."""
    day, into = divmod(at_ms + grid_ms, DAY_MS)
    lane = (day * 512 + place) * 4
    if uniform(sensor, lane) >= rules.stuck_share:
        return None
    length = uniform(sensor, lane + 1, *rules.stuck_hours) * HOUR_MS
    start = uniform(sensor, lane + 2) * (DAY_MS - length)
    if not start <= into < start + length:
        return None
    return at_ms - into + round(start)


def sensor_value(
    sensor: int, rules: Disorder, sign: Sign, place: int, at_ms: int, value: float
) -> float:
    """What the device sends for a value: the value, or seldom something absurd or no number."""
    draw = uniform(sensor ^ 3, (at_ms // 1000) * 512 + place)
    if draw < rules.spike_share:
        lane = int(draw / rules.spike_share * len(_TELLING_ERROR))
        absurd = _TELLING_ERROR[lane]
        return absurd if not sign.value_min <= absurd <= sign.value_max else sign.value_max * 10 + 1
    if draw < rules.spike_share + rules.nan_share:
        return math.nan
    return value
