"""What a city publishes and how: the rules as data, and the manifest that says so.

The rules stand in the city's `publication.toml`; a city without that file publishes nothing.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from domain.clock import DAY_MS, MINUTE_MS
from domain.indicator import Rule
from domain.privacy import Dominance, Rates, SmallCounts
from domain.sign import Sign
from domain.text import EMPTY, Text
from domain.units import rate_base
from domain.zone import Zone


class Kind(StrEnum):
    """How a sign's values at a street are protected."""

    MEASURE = "measure"  # of things, not of people: shown as they are
    COUNT = "count"
    RATE = "rate"  # or a mean over people or cases


class Weighed(StrEnum):
    """What the weight of a weighted mean, or the denominator of a ratio, counts."""

    PEOPLE = "people"
    CASES = "cases"  # what happened to people: calls, orders, rescues
    THINGS = "things"
    LENGTH = "length"
    AREA = "area"
    AMOUNT = "amount"  # water, electricity, traffic


_OF_PEOPLE = (Weighed.PEOPLE, Weighed.CASES)
MEANS = (Rule.RATIO, Rule.WEIGHTED)
APART_DAYS = 1
STOCK_APART_DAYS = 7  # what is still open today may be the same as yesterday


class Period(StrEnum):
    """The shortest period for which a street's value is told."""

    PRESENT = "present"
    DAY = "day"
    WEEK = "week"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Topic:
    """A subject of the public page: its signs, the first one large."""

    code: str
    name: Text
    signs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Phrase:
    """What the headline says in plain words when a sign is not normal."""

    sign: str
    text: Text


@dataclass(frozen=True)
class Publication:
    """The rules of one city."""

    version: str
    delay_min: int = 60  # a present value is told this much later
    close_min: int = 90  # after its end a period is closed: released once and never changed
    counts: SmallCounts = field(default_factory=SmallCounts)
    rates: Rates = field(default_factory=Rates)
    firms: Dominance = field(default_factory=Dominance)
    out_of: Mapping[str, float] = field(default_factory=dict)  # of rates in a unit of their own
    keep_hours_days: int = 14  # the district's hours; days and weeks stay for ever
    keep_reports_days: int = 730  # what people wrote
    weights: Mapping[str, Weighed] = field(default_factory=dict)
    flows: frozenset[str] = frozenset()  # counts of what happened in a day: days may be added
    weekly: frozenset[str] = frozenset()  # too rare for a street's day
    never: frozenset[str] = frozenset()  # never told of a street
    measures: frozenset[str] = frozenset()  # whole numbers that count no people (tonnes)
    bands: Mapping[str, tuple[float, ...]] = field(default_factory=dict)  # daily, district only
    topics: tuple[Topic, ...] = ()
    phrases: tuple[Phrase, ...] = ()
    warnings: tuple[str, ...] = ()  # signs whose value is an official warning level
    contact: Text = EMPTY

    @property
    def delay_ms(self) -> int:
        """The delay of present values in ms."""
        return self.delay_min * MINUTE_MS

    @property
    def close_ms(self) -> int:
        """The pause in ms between a period's end and its release; the present goes before."""
        return max(self.close_min, self.delay_min) * MINUTE_MS

    def kind(self, sign: Sign) -> Kind:
        """How a sign's values are protected; a mean that nobody has decided about is of people."""
        if is_mean(sign):
            of_people = self.weights.get(sign.code, Weighed.CASES) in _OF_PEOPLE
            return Kind.RATE if of_people else Kind.MEASURE
        whole = sign.rule is Rule.SUM and sign.decimals == 0
        return Kind.COUNT if whole and sign.code not in self.measures else Kind.MEASURE

    def street_period(self, sign: Sign) -> Period:
        """The shortest period told of a street; NEVER where the sign has no street value."""
        if not sign.public or not sign.at_street or sign.code in self.never:
            return Period.NEVER
        if self.kind(sign) is Kind.MEASURE:
            return Period.PRESENT
        return Period.WEEK if sign.code in self.weekly else Period.DAY

    def whole(self, sign: Sign) -> float | None:
        """What a rate counts out of; None where neither its unit nor a rule says so."""
        return self.out_of.get(sign.code) or rate_base(sign.measured_in.zh)

    def is_live(self, sign: Sign) -> bool:
        """Whether the district's present value is told (later, by the delay)."""
        return sign.public and sign.code not in self.bands

    def is_flow(self, sign: Sign) -> bool:
        """Whether the days of a count add up to a week."""
        return sign.code in self.flows

    def apart_ms(self, sign: Sign) -> int:
        """How far apart two totals of different streets lie: a flow is another one after a day."""
        stock = self.kind(sign) is Kind.COUNT and not self.is_flow(sign)
        return (STOCK_APART_DAYS if stock else APART_DAYS) * DAY_MS


def is_mean(sign: Sign) -> bool:
    """Whether a sign is a weighted mean or a ratio, of points in a street or of streets."""
    return sign.street_rule in MEANS or sign.rule in MEANS


def week_start(ms: int, zone: Zone) -> int:
    """Local midnight of the Monday of the week that holds an instant (epoch ms)."""
    day = zone.day_number(ms)
    return zone.day_at(day - (day + 3) % 7)  # 1970-01-01 was a Thursday


def week_days(monday_ms: int, zone: Zone) -> list[int]:
    """The seven local midnights of a week."""
    monday = zone.day_number(monday_ms)
    return [zone.day_at(monday + n) for n in range(7)]


def manifest(rules: Publication, signs: tuple[Sign, ...], catalogue: str) -> dict[str, Any]:
    """Every rule in a form that machines read: what is delayed, rounded, suppressed, left out."""
    return {
        "rules_version": rules.version,
        "catalogue_version": catalogue,
        "delay_minutes": rules.delay_min,
        "release_after_minutes": rules.close_min,
        "released_values_change": False,
        "small_counts": {
            "suppressed": [1, rules.counts.few],
            "rounded_to": rules.counts.base,
            "thin_row_room": rules.counts.thin,
            "margin": rules.counts.few - 1,
            "district_totals": "exact",
            "longer_periods_of_streets": "sums of released values",
        },
        "rates": {"least_cases": rules.rates.least, "digits": rules.rates.digits},
        "totals": {
            "of_one_street_alone": False,
            "days_between_different_sets_of_streets": APART_DAYS,
            "the_same_for_what_is_still_open": STOCK_APART_DAYS,
            "hours_and_days_of_counts_and_rates": "the last picture told in them",
        },
        "enterprises": asdict(rules.firms),
        "kept_days": {
            "hours": rules.keep_hours_days,
            "days": None,
            "weeks": None,
            "reports": rules.keep_reports_days,
        },
        "signs": [_entry(rules, sign) for sign in signs],
    }


def _entry(rules: Publication, sign: Sign) -> dict[str, Any]:
    edges = rules.bands.get(sign.code)
    if edges is not None:
        return {"code": sign.code, "published": "daily band", "bands": list(edges)}
    if not sign.public:
        return {"code": sign.code, "published": "no"}
    kind, weight = rules.kind(sign), rules.weights.get(sign.code)
    return {
        "code": sign.code,
        "published": "yes",
        "kind": kind.value,
        **({"out_of": rules.whole(sign)} if kind is Kind.RATE else {}),
        **({"weight_counts": weight.value} if weight else {}),
        "district": "present",
        "street": rules.street_period(sign).value,
        "adds_up_over_days": rules.is_flow(sign),
        "decimals": sign.decimals,
        "cadence_seconds": sign.cadence_s,
    }
