"""One sign of the simulated city: its true value at every place, a pure function of the instant.

A sum is shared over the streets so that their values add up to the district's; whole counts by
rounding each street with an offset that turns slowly (a street has its one open case for a while,
then another street has one), the offsets being spread so evenly that the sum keeps its size.
"""

import math
from collections.abc import Callable

from domain.clock import HOUR_MS, MINUTE_MS
from domain.indicator import Rule
from domain.sign import Sign
from domain.state import make_judge
from domain.zone import Zone
from engine.demo.behaviour import Coupling, Incidents, SignBehaviour
from engine.demo.chance import noise_row, normals, stream, uniform
from engine.demo.ground import Ground
from engine.demo.incidents import Incident, active
from engine.demo.levels import levels
from engine.demo.rhythm import at_hour, held, week_hour

Row = list[float]
Felt = Callable[[Coupling, int], Row]  # a coupling's steps at every place of the ground
Quantity = Callable[[str, int], Row]  # a quantity of the weather at every place of the ground

_EXTREMES = frozenset({Rule.MIN, Rule.MAX, Rule.P05, Rule.P95, Rule.WORST, Rule.VALUE})
_TURN_HOURS = 31.0  # a whole count's offset turns once in so long: longer than a day on purpose
_STEPPING = (math.sqrt(5.0) - 1.0) / 2.0  # golden section: the most even spread of offsets
_LOCAL_KM, _CLUSTER_KM, _QUARTER_KM, _WIDE_KM = 1.6, 2.6, 5.0, 12.0


class SimulatedSign:
    """The model of one sign; rows follow `width` places of the ground (1 = the district alone)."""

    def __init__(
        self,
        sign: Sign,
        behaviour: SignBehaviour,
        shape: tuple[float, ...],
        ground: Ground,
        seed: int,
        zone: Zone,
    ) -> None:
        self.sign = sign
        self.behaviour = behaviour
        self._ground = ground
        self._zone = zone
        self.at_street = sign.at_street
        places = len(ground.places) if behaviour.areas else ground.counted
        self.width = places if self.at_street else 1
        self._additive = self.at_street and sign.rule is Rule.SUM
        self._extreme = sign.rule in _EXTREMES
        self._week = _week(behaviour, shape)
        self._common = stream(seed, "common", sign.code)
        self._single = stream(seed, "single", sign.code)
        self._events = stream(seed, "events", sign.code)
        share = ground.shares(behaviour.share)[: self.width] if self.at_street else (1.0,)
        self.shares = share
        self.masses = self._masses()
        thresholds = sign.thresholds[-1]
        self.whole = levels(make_judge(sign, thresholds), sign.direction)
        scaled = sign.threshold_rule.startswith("scale_")
        self._street = [
            levels(
                make_judge(sign, thresholds, s if scaled and self.at_street else None),
                sign.direction,
            )
            for s in share
        ]
        self._offsets = self._spread()
        self._turns = _turns(stream(seed, "turn"), self.width, uniform(self._single, -1, 0.0, 0.06))

    def row(self, at_ms: int, felt: Felt, quantity: Quantity) -> Row:
        """The true values at an instant (epoch ms), in the sign's unit."""
        at = held(at_ms, self.behaviour.hours, self._zone.offset_ms(at_ms))
        steps = self._steps(at)
        pressed = self.pressed(at, felt)
        extra = self._incident_values(at)
        wander = self._wander(at)
        base = self._base(at, quantity)
        out = []
        for i in range(self.width):
            if self._additive:
                unit = self.whole.step * math.sqrt(self.shares[i])
                value = self.shares[i] * self.whole.value(steps + pressed[i]) + unit * wander[i]
            else:
                value = self.whole.value(steps + pressed[i] + self._offsets[i] + wander[i])
                if base is not None:
                    value += base[i] - self.sign.typical
            out.append(self._settled(i, at, value + extra[i]))
        return out

    def pressed(self, at_ms: int, felt: Felt) -> Row:
        """Steps that couplings put on each place at an instant."""
        total = [0.0] * self.width
        for coupling in self.behaviour.couplings:
            total = [t + s for t, s in zip(total, self._here(felt(coupling, at_ms)), strict=True)]
        return total

    def disturbance(self, at_ms: int, felt: Felt) -> Row:
        """Steps away from an ordinary day, at every place of the ground: what others feel of it."""
        step = self.whole.step
        extra = self._incident_values(at_ms)
        here = [p + e / step for p, e in zip(self.pressed(at_ms, felt), extra, strict=True)]
        whole = len(self._ground.places)
        return here * whole if self.width == 1 else here + [0.0] * (whole - self.width)

    def _here(self, row: Row) -> Row:
        if self.at_street:
            return row[: self.width]
        counted = self._ground.counted
        return [sum(row[:counted]) / counted]

    def _steps(self, at_ms: int) -> float:
        b = self.behaviour
        steps = at_hour(self._week, week_hour(at_ms, self._zone.offset_ms(at_ms)))
        if b.noise:
            pace = round(b.pace_min * MINUTE_MS)
            steps += b.noise * noise_row(self._common, at_ms, pace, 1)[0]
        return steps

    def _wander(self, at_ms: int) -> Row:
        b = self.behaviour
        if not b.scatter or not self.at_street:
            return [0.0] * self.width
        row = noise_row(self._single, at_ms, round(b.pace_min * MINUTE_MS), self.width)
        return [b.scatter * n for n in row]

    def _base(self, at_ms: int, quantity: Quantity) -> Row | None:
        return self._here(quantity(self.behaviour.base, at_ms)) if self.behaviour.base else None

    def _settled(self, index: int, at_ms: int, value: float) -> float:
        sign = self.sign
        value = min(max(value, sign.value_min), sign.value_max)
        if not self.behaviour.count:
            return round(value, sign.decimals + 1)
        turn = self._turns[index] + at_ms / (_TURN_HOURS * HOUR_MS)
        return float(math.floor(value + turn % 1.0))

    def _incident_values(self, at_ms: int) -> Row:
        """What the incidents under way add to each place, in the sign's unit."""
        out = [0.0] * self.width
        b = self.behaviour
        for plan, spread in ((b.local, self._local_values), (b.wide, self._wide_values)):
            if plan is None:
                continue
            for incident in active(self._events ^ id_of(plan), plan, at_ms):
                height = incident.height(at_ms)
                out = [o + v for o, v in zip(out, spread(incident, height), strict=True)]
        return out

    def _local_values(self, incident: Incident, height: float) -> Row:
        centre = self._ground.pick(self.behaviour.share, incident.where)
        felt = self._ground.near(centre, _LOCAL_KM)
        at_all = (
            self._street[i].value(height) - self._street[i].value(0.0) for i in range(self.width)
        )
        return [f * v for f, v in zip(felt, at_all, strict=False)]

    def _wide_values(self, incident: Incident, height: float) -> Row:
        """Spread so that the district's value moves by exactly `height` steps."""
        side = -1.0 if self.whole.other is not None and incident.tail < 0.5 else 1.0
        total = self.whole.value(side * height) - self.whole.value(0.0)
        if not self.at_street:
            return [total]
        centre = self._ground.pick(self.behaviour.share, incident.where)
        counted = self._ground.counted
        felt = [1.0 + 0.4 * f for f in self._ground.near(centre, _WIDE_KM)][: self.width]
        if self._additive:
            felt = [0.08 + f for f in self._ground.near(centre, _QUARTER_KM)][: self.width]
            felt = [f * math.sqrt(s) for f, s in zip(felt, self.shares, strict=True)]
            whole = sum(felt[:counted])
        elif self._extreme:  # a few streets are enough; the middle one stands as the busiest would
            felt = self._ground.near(centre, _CLUSTER_KM)[: self.width]
            step = self.whole.step
            return [f * (total - o * step) for f, o in zip(felt, self._offsets, strict=True)]
        else:
            weights = self._weights()
            whole = sum(f * w for f, w in zip(felt[:counted], weights, strict=True))
        return [total * f / whole for f in felt]

    def _weights(self) -> Row:
        """How much each counted place weighs in the district's mean."""
        if not any(self.masses):
            return [1.0 / self._ground.counted] * self._ground.counted
        counted = [m or 0.0 for m in self.masses[: self._ground.counted]]
        return [m / sum(counted) for m in counted]

    def _masses(self) -> list[float | None]:
        if not self.behaviour.mass:
            return [None] * self.width
        return [float(max(1, round(self.behaviour.mass * s))) for s in self.shares]

    def _spread(self) -> Row:
        """Standing differences between places: the busiest is the typical one of an extreme."""
        b = self.behaviour
        if not self.at_street or not b.spread:
            return [0.0] * self.width
        of = self._single ^ 1
        if self._extreme:
            quiet = [uniform(of, i, 0.0, b.spread) for i in range(self.width)]
            return [min(quiet) - q for q in quiet]
        row = [max(-1.5, min(1.5, n)) * b.spread for n in normals(of, 0, self.width)]
        mean = sum(r * w for r, w in zip(row, self._weights(), strict=False))
        return [r - mean for r in row]


def id_of(plan: Incidents) -> int:
    """Separates the streams of a sign's local and wide incidents."""
    return stream(0, f"{plan.per_month}/{plan.hours}/{plan.size}")


def _week(behaviour: SignBehaviour, shape: tuple[float, ...]) -> tuple[float, ...]:
    """Steps by hour of the week, mean 0."""
    hours = 24 * 5
    raw = [behaviour.amplitude * v + behaviour.weekend * (i >= hours) for i, v in enumerate(shape)]
    mean = sum(raw) / len(raw)
    return tuple(v - mean for v in raw)


def _turns(of: int, width: int, own: float) -> Row:
    """Offsets for rounding whole counts, spread as evenly as can be over any few places.

    Nearly the same for all signs, because trouble gathers: the street that has an open manhole
    today also has the broken signal, and most streets have neither.
    """
    order = sorted(range(width), key=lambda i: uniform(of, i))
    return [own + order.index(i) * _STEPPING for i in range(width)]
