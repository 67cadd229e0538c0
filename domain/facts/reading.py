"""A reading: one value of one sign at one place and instant, and what makes it acceptable.

`value` is always in the sign's unit, also for ratio signs (numerator = value · denominator).
A reading is identified by (sign, place, instant, source, point); sending it again is harmless, and
sending it with a higher revision corrects it.
Instants are kept to the millisecond: finer digits are cut off.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from domain.declared import QUALITIES, VALID
from domain.facts.fact import Fact, Observed, Rejection, about, revised

POINT_CHARS = 64
Mass = float | None


class Reading(Fact, frozen=True, gc=False):
    """One reading as it is sent. `street` None = the district itself."""

    sign: Annotated[str, about("Code of a vital sign.")]
    observed_at: Observed
    value: Annotated[
        float,
        about(
            "In the sign's unit, also for signs that are a ratio. What the source has declared to "
            "stand for no value (a number, a text, null) is rejected as no_value and not kept."
        ),
    ]
    street: Annotated[
        str | None, about("Code of a street, town or special area; null: the district.")
    ] = None
    weight: Annotated[
        Mass, about("Of signs that add up as weighted means.", exclusiveMinimum=0)
    ] = None
    denominator: Annotated[Mass, about("Of signs that add up as ratios.", exclusiveMinimum=0)] = (
        None
    )
    point: Annotated[
        str,
        about("Device or station inside the source; blanks around it go.", maxLength=POINT_CHARS),
    ] = ""
    unit: Annotated[
        str | None,
        about(
            "Where it is told it must be the sign's, in Chinese or English; m3 and m³, ℃ and °C, "
            "µ, μ and u are the same."
        ),
    ] = None
    quality: Annotated[
        str | None,
        about(
            "provisional is stored and shown as such; invalid is never a value: it is rejected as "
            "declared_invalid.",
            enum=[*QUALITIES, None],
            default=VALID,
        ),
    ] = None
    revision: Annotated[int, revised("reading")] = 0


@dataclass(frozen=True, slots=True)
class Stretch(Sequence[Reading]):
    """Readings column by column: a reading as such is made when asked for."""

    sources: Sequence[str]
    signs: Sequence[str]
    instants: Sequence[str]
    values: Sequence[float]
    streets: Sequence[str | None]
    weights: Sequence[Mass]
    denominators: Sequence[Mass]
    points: Sequence[str]

    def __len__(self) -> int:
        return len(self.values)

    def __iter__(self) -> Iterator[Reading]:
        return map(self.__getitem__, range(len(self)))

    def __getitem__(self, n: Any) -> Any:
        return Reading(
            self.sources[n],
            self.signs[n],
            self.instants[n],
            self.values[n],
            self.streets[n],
            self.weights[n],
            self.denominators[n],
            self.points[n],
        )

    @property
    def is_wide(self) -> bool:
        """Whether any of them has a weight or a denominator."""
        return any(c.count(None) < len(self) for c in (self.weights, self.denominators))


PlainRow = tuple[int, str, str, str, int, float]
"""An acceptable reading on its way to the store: its number within its parcel, street code, sign,
point, observed_at (epoch ms), value."""
FullRow = tuple[int, str, str, str, int, float, float | None, float | None]
"""The same with weight and denominator: two columns more to carry, so only where there are any."""


@dataclass(slots=True)
class Checked:
    """A parcel sorted by local day (days since 1970-01-01), and what was refused of it."""

    wide: bool  # all rows are FullRows, else all are PlainRows
    rows: dict[int, list[PlainRow] | list[FullRow]] = field(default_factory=dict)
    rejected: list[Rejection] = field(default_factory=list)
    provisional: set[int] = field(default_factory=set)  # numbers of rows that are
    revisions: dict[int, int] = field(default_factory=dict)  # of rows whose revision is not 0

    @property
    def days(self) -> list[int]:
        """The local days that have rows, ascending."""
        return sorted(self.rows)

    @property
    def newest(self) -> int | None:
        """The newest instant of all rows, epoch ms; None without rows."""
        return (
            max((row[4] for row in self.rows[max(self.rows)]), default=None) if self.rows else None
        )
