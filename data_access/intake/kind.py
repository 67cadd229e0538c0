"""A kind of fact, as the door asks for it: its struct, its check, and what becomes of it.

The door does for every kind what is the same for all: it waits for the store, opens a batch, keeps
what is refused with its reason, writes the source's account, and commits. One file a kind
(`data_access/intake/kinds/`) says the rest.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, Protocol

from sqlalchemy import Connection, Table

from domain.catalogue import Catalogue
from domain.declared import Sentinels
from domain.facts.fact import F, Fault, Parcel, Rejection, Window
from domain.zone import Zone


class Checked(Protocol):
    """A parcel that was looked at, without the store."""

    @property
    def rejected(self) -> list[Rejection]:
        """What was refused of it."""

    @property
    def rows(self) -> Any:
        """What was not, in a form of the kind's own; empty (false) when there is nothing."""

    @property
    def newest(self) -> int | None:
        """The newest instant of what was not refused, epoch ms."""


@dataclass(frozen=True, slots=True)
class Batch:
    """One commit of what one source has sent."""

    id: int
    source: str
    received_ms: int
    via: str  # api | file | replay
    zone: Zone  # of the city that the source tells of


@dataclass(slots=True)
class Kept:
    """What became of a batch's rows; what is not named was accepted."""

    accepted: int = 0
    duplicates: int = 0
    faults: list[tuple[int, Fault]] = field(default_factory=list)  # by the fact's n in the parcel
    days: Sequence[int] = ()  # local days that got rows, for a kind that the engine reads by day


class Kind(ABC, Generic[F]):
    """A kind of fact."""

    name: ClassVar[str]  # of one: what batches and mappings call it
    plural: ClassVar[str]  # of several: the last part of its address
    struct: type[F]
    tables: ClassVar[Sequence[Table]] = ()  # what it keeps by `source`, in tables of its own

    @abstractmethod
    def check(
        self,
        catalogue: Catalogue,
        parcel: Parcel[F],
        source: str,
        limits: Window,
        sentinels: Sentinels,
    ) -> Checked:
        """Sort what `source` sent into rows and refusals, as far as that needs no store."""

    @abstractmethod
    def keep(self, conn: Connection, batch: Batch, parcel: Parcel[F], checked: Any) -> Kept:
        """Insert the rows of `check`; what was said before is a duplicate, a revision of it or a
        conflict."""

    def remember(self, conn: Connection, batch: Batch, checked: Any, kept: Kept) -> None:
        """Note what a live source has told, once its account is written."""
        return None
