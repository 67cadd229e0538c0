"""What has been told of the district's counts and rates, and what may be told next.

Kept in the publication store, because it must outlive the engine: the last figure told of each
sign, and over which streets it was told (`domain.telling.Base`).
"""

from itertools import chain
from typing import NamedTuple

from sqlalchemy import Connection

from data_access.public import releases
from data_access.store.db import Database
from domain.publication import Publication
from domain.sign import Sign
from domain.telling import Base, Picture, exact_whole, fingerprint, follows, told_too
from engine.publication_pictures import Pictures

_BASE = ("streets", "since", "last")
_TOLD = ("slot", "value", "severity")
_UNJUDGED = -1


class Told(NamedTuple):
    """A figure of the district, as it was told."""

    slot: int  # start, epoch ms
    value: float
    severity: int | None


class Memory(NamedTuple):
    """What the publication store remembers, by sign."""

    bases: dict[str, Base]
    told: dict[str, Told]


def remembered(conn: Connection, signs: list[Sign]) -> Memory:
    """Read the memory; `conn` is of the publication store."""
    kept = releases.all_remembered(conn)
    memory = Memory({}, {})
    for sign in signs:
        base = [kept.get(f"{name}:{sign.code}") for name in _BASE]
        told = [kept.get(f"{name}:{sign.code}") for name in _TOLD]
        known = [number for number in base if number is not None]
        if len(known) == len(_BASE):
            memory.bases[sign.code] = Base(*known)
        known = [number for number in told if number is not None]
        if len(known) == len(_TOLD):
            slot, value, severity = known
            judged = None if severity == _UNJUDGED else severity
            memory.told[sign.code] = Told(slot, value / 10**sign.decimals, judged)
    return memory


class Teller:
    """Decides what is told in one step of the publication; each slot is told once.

    `fresh` says that the engine has just been started: its sources may still be sending what they
    have kept, so nothing new is told yet.
    """

    def __init__(
        self,
        conn: Connection,
        memory: Memory,
        pictures: Pictures,
        rules: Publication,
        now_ms: int,
        *,
        fresh: bool = False,
    ) -> None:
        self._conn = conn
        self._bases, self._told = memory
        self._pictures = pictures
        self._rules = rules
        self._now = now_ms
        self.fresh = fresh
        self._changed: dict[str, int] = {}

    def newest(self, sign: Sign, first: int, last: int) -> Told | None:
        """The newest figure told of a slot in [first, last]; tells it now where it is due."""
        known = self._told.get(sign.code)
        since = first if known is None else max(first, known.slot + 1)
        if since <= last and not self.fresh:
            slot = self._pictures.newest_slot(self._conn, sign, since, last)
            if slot is not None:
                known = self._tell(sign, since, slot) or known
        return known if known is not None and first <= known.slot <= last else None

    def _tell(self, sign: Sign, first: int, last: int) -> Told | None:
        kind = self._rules.kind(sign)
        newest = self._pictures.between(self._conn, sign, last, last)  # mostly enough
        earlier = self._pictures.between(self._conn, sign, first, last - 1)
        for picture in chain(newest, earlier):
            value = exact_whole(picture, kind, self._rules.rates)
            if value is not None and self.admits(sign, picture):
                return self._note(sign, picture.slot, value, picture.severity)
        return None

    def _note(self, sign: Sign, slot: int, value: float, severity: int | None) -> Told:
        whole = round(value * 10**sign.decimals)
        judged = _UNJUDGED if severity is None else severity
        self._remember(sign, _TOLD, (slot, whole, judged))
        told = self._told[sign.code] = Told(slot, whole / 10**sign.decimals, severity)
        return told

    def admits(self, sign: Sign, picture: Picture) -> bool:
        """Whether the total of a picture may be told beside the earlier ones; remembers it."""
        streets = fingerprint(picture, self._rules.kind(sign))
        base, apart = self._bases.get(sign.code), self._rules.apart_ms(sign)
        if picture.mixed or not follows(base, streets, picture.slot, apart):
            return False
        if (base is None or streets != base.streets) and streets:
            # the others may be on their way: what is told now stands for a day
            until = min(self._now, picture.slot + apart)
            if self._pictures.joined(self._conn, sign, picture, until):
                return False
        base = self._bases[sign.code] = told_too(base, streets, picture.slot)
        self._remember(sign, _BASE, base)
        return True

    def _remember(self, sign: Sign, names: tuple[str, ...], numbers: tuple[int, ...]) -> None:
        pairs = zip(names, numbers, strict=True)
        self._changed.update((f"{name}:{sign.code}", number) for name, number in pairs)

    def save(self, db: Database, out: Connection) -> None:
        """Remember what was told, in the transaction that tells it."""
        if self._changed:
            releases.remember(db, out, **self._changed)
            self._changed = {}
