"""What a mapping file says, checked: see docs/intake.md for every key."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import tzinfo

from domain.text import Text


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """Whose readings they are; `column` when the file itself says so."""

    code: str
    name: Text
    department: str | None
    cadence_s: int
    column: str | None


@dataclass(frozen=True, slots=True)
class TimeSpec:
    """Where the instant stands; several columns are joined by a blank."""

    columns: tuple[str, ...]
    formats: tuple[str, ...]  # each is tried; two that read a text differently refuse it
    zone: tzinfo
    stamps: str = "start"  # end: a stamp ends its interval, and hour 24 is the next midnight
    fold: str = "first"  # first | second | refuse: which one of a local time that exists twice
    fold_column: str | None = None
    fold_lookup: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class StreetSpec:
    """Which places a row speaks for: `codes`, or the one in `column`; None = the district."""

    codes: tuple[str | None, ...]
    column: str | None
    lookup: dict[str, str]
    empty: str = "district"  # district | refuse | skip: a row without a place
    unmapped: str = "refuse"  # the same for a place that nobody knows
    known: frozenset[str] = frozenset()  # codes that need no lookup


@dataclass(frozen=True, slots=True)
class Condition:
    """What one column must hold: a test by its name, and what it is tested against."""

    column: str
    test: str
    texts: frozenset[str] = frozenset()
    number: float = 0.0


Where = tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class DurationSpec:
    """A column made of two times: how long it is from one to the other."""

    name: str
    start: TimeSpec
    end: TimeSpec
    unit_s: float
    whole_days: bool  # both are days without a time: the difference of their dates
    tolerance_s: float
    signed: bool  # else an end before its start refuses the row


@dataclass(frozen=True, slots=True)
class SignSpec:
    """Which sign a row speaks of, and what 45 % is in its unit (`cells.number_of`)."""

    sign: str | None
    column: str | None
    lookup: dict[str, str]
    skip_unmapped: bool
    percents: dict[str, str]


@dataclass(frozen=True, slots=True)
class ReadingSpec:
    """One reading of a row: value = cell · factor + offset, or a constant."""

    column: str | None
    value: float | None
    values: dict[str, float]  # texts that stand for numbers
    factor: float
    offset: float
    signs: SignSpec
    point: str
    point_column: str | None
    weight: float | None
    weight_column: str | None
    denominator: float | None
    denominator_column: str | None
    replay_every_s: int | None  # in a replay the value is said again so often until the next row
    where: Where = ()
    quality_column: str | None = None
    quality_lookup: dict[str, str] = field(default_factory=dict)
    revision_column: str | None = None

    @property
    def sign(self) -> str | None:
        """The sign where it is the same in every row."""
        return self.signs.sign

    @property
    def numbers(self) -> tuple[str, ...]:
        """The columns of numbers that it needs."""
        named = (self.column, self.weight_column, self.denominator_column)
        return tuple(name for name in named if name is not None)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it needs."""
        named = (*self.numbers, self.signs.column, self.point_column)
        flags = (self.quality_column, self.revision_column)
        found = tuple(name for name in (*named, *flags) if name is not None)
        return (*found, *(each.column for each in self.where))


@dataclass(frozen=True, slots=True)
class CountSpec:
    """Rows counted by slot and place: how many, which share of them, or what a column tells."""

    per: str  # hour | day
    measure: str  # count | share | mean | sum
    column: str | None  # of mean and sum
    factor: float
    where: Where
    of: Where  # of a share: the rows that are its denominator
    signs: SignSpec
    point: str
    point_column: str | None
    total: bool  # the district's value over all rows, those without a known place too
    zeros: str | None  # seen | span: where places without rows have a 0

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it needs."""
        named = (self.column, self.signs.column, self.point_column)
        found = tuple(name for name in named if name is not None)
        return (*found, *(each.column for each in (*self.where, *self.of)))


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """Where a field of a fact comes from: a column, or it is always the same."""

    name: str
    column: str | None
    value: str | None
    lookup: dict[str, str]


@dataclass(frozen=True, slots=True)
class Mapping:
    """One mapping file, checked."""

    name: str
    format: str | None  # None: by the data file's name
    encoding: str
    delimiter: str
    sheet: str | None
    header: tuple[str, ...] | None  # names of the columns of a file that has no header line
    missing: frozenset[str]
    source: SourceSpec
    time: TimeSpec
    street: StreetSpec
    readings: tuple[ReadingSpec, ...]
    counts: tuple[CountSpec, ...] = ()
    durations: tuple[DurationSpec, ...] = ()
    kind: str = "reading"  # of the facts that its rows become
    fields: tuple[FieldSpec, ...] = ()  # of facts that are no readings
    id: str | None = None  # the column that names a row: the same row again is a duplicate

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that the data file must have, each once."""
        made = {spec.name for spec in self.durations}
        return tuple(name for name in dict.fromkeys(self._wanted()) if name not in made)

    @property
    def number_columns(self) -> frozenset[str]:
        """The columns that hold numbers."""
        found = {name for spec in self.readings for name in spec.numbers}
        return frozenset(found | {spec.column for spec in self.counts if spec.column is not None})

    def _wanted(self) -> Iterator[str]:
        for time in (self.time, *(t for d in self.durations for t in (d.start, d.end))):
            yield from time.columns
            if time.fold_column is not None:
                yield time.fold_column
        yield from (c for c in (self.street.column, self.source.column, self.id) if c is not None)
        yield from (field.column for field in self.fields if field.column is not None)
        for reading in self.readings:
            yield from reading.columns
        for count in self.counts:
            yield from count.columns
