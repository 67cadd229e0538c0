"""What the wall must show of a snapshot: worked out here, compared with what it does show."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from domain.catalogue import Catalogue
from domain.freshness import Freshness
from domain.sign import SEVERITY, Sign, State
from tests.browser.oracle import DASH, MINUS, Words, figure, shown

Json = Mapping[str, Any]


class Alert(NamedTuple):
    """One line of the board: the worst place of a sign, and how many places there are."""

    sign: str
    street: str | None
    state: str
    places: int


class Picture:
    """One snapshot in one language."""

    def __init__(self, catalogue: Catalogue, snapshot: Json, lang: str) -> None:
        self.catalogue = catalogue
        self.snapshot = snapshot
        self.lang = lang
        self.words = Words(lang)

    def value(self, sign: Sign, value: float | None) -> str:
        """A value as the wall words it."""
        return shown(value, sign, self.lang)

    def unit(self, sign: Sign, value: float | None) -> str:
        """The unit beside a value; a named level has none."""
        return "" if sign.value_labels else sign.unit_beside(value, self.lang)

    def short(self, sign: Sign) -> str:
        """The name in a cell."""
        return sign.short.of(self.lang)

    def place(self, code: str | None) -> str:
        """The name of a street in a list."""
        if code is None:
            return self.words["wall.place.district"]
        street = self.catalogue.street[code]
        return street.short.of(self.lang)

    def cells(self) -> dict[str, tuple[str, str, str, str, str]]:
        """Name, value, unit, state and freshness of every cell."""
        found = {}
        for said in self.snapshot["signs"]:
            sign = self.catalogue.sign[said["code"]]
            found[sign.code] = (
                self.short(sign),
                self.value(sign, said["value"]),
                self.unit(sign, said["value"]),
                said["state"],
                said["freshness"],
            )
        return found

    def counts(self, domain: str) -> Counter[str]:
        """A panel's head: states of the fresh, stale and never apart, late once more."""
        found: Counter[str] = Counter()
        for said in self.snapshot["signs"]:
            if self.catalogue.sign[said["code"]].domain != domain:
                continue
            stale = said["freshness"] == Freshness.STALE
            found["stale" if stale else said["state"]] += 1
            found["late"] += said["freshness"] == Freshness.LATE
        return +found

    def alerts(self) -> list[Alert]:
        """The board: a sign once, the worst first."""
        rows: dict[str, list[Json]] = {}
        for row in self.snapshot["alerts"]:
            rows.setdefault(row["sign"], []).append(row)
        found = []
        for sign, its in rows.items():
            head = its[0]
            named = [r for r in its if r["street"] and r["state"] == head["state"]]
            best = head if head["street"] or not named else named[0]
            found.append(Alert(sign, best["street"], best["state"], head["places"]))
        return found

    def deductions(self) -> list[tuple[str, Decimal]]:
        """Sign and points, the worst first."""
        return [(d["sign"], Decimal(str(d["points"]))) for d in self.snapshot["detractors"]]

    def index(self, value: float | None, decimals: int) -> str:
        """An index."""
        return figure(value, decimals)

    def data_time(self) -> str:
        """Local time of the newest observation."""
        at = datetime.fromisoformat(self.snapshot["data_time"])
        return f"{at.astimezone(self.catalogue.zone.tz):%H:%M:%S}"

    def lowest(self, count: int) -> list[tuple[str, str]]:
        """Streets by index, the lowest first, the worse state first among equals."""
        known = [s for s in self.snapshot["streets"] if s["index"] is not None]
        known.sort(key=lambda s: (s["index"], -SEVERITY[State(s["state"])]))
        return [(self.place(s["code"]), figure(s["index"], 1)) for s in known[:count]]


def number(text: str) -> Decimal:
    """A figure of the wall as a number."""
    plain = text.strip().replace(MINUS, "-").replace(",", "")
    assert plain != DASH, "no figure"
    return Decimal(plain)
