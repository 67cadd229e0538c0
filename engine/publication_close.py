"""Closed periods of measures and bands: what is released of an hour and a day, once each.

Every function answers rows for the publication store and changes nothing; the step writes them in
one transaction with the mark that says how far it has come.
"""

from collections.abc import Iterator

from sqlalchemy import Connection

from data_access.public.releases import ValueRow
from data_access.series.closed_samples import buckets
from data_access.series.rollups import BucketRow
from domain.aggregation import bucket_value
from domain.catalogue import Catalogue
from domain.privacy import Mark, Shown, band
from domain.publication import Kind, Period, Publication
from domain.zone import Zone
from engine.publication_people import value_row


class Closing:
    """The rules at work on one city's roll-ups."""

    def __init__(self, catalogue: Catalogue, rules: Publication) -> None:
        self._catalogue = catalogue
        self._rules = rules
        self._zone = catalogue.zone
        self._district = catalogue.code
        self._streets = [street.code for street in catalogue.counted]
        self._measures = [
            s for s in catalogue.signs if rules.is_live(s) and rules.kind(s) is Kind.MEASURE
        ]

    def hours(self, conn: Connection, from_ms: int, to_ms: int, now_ms: int) -> list[ValueRow]:
        """The district's hours in [from, to)."""
        asked = [(self._district, s.code, from_ms, to_ms) for s in self._measures]
        return [
            self._bucket(row, "hour", now_ms, row[2]) for _, _, row in buckets(conn, "hour", asked)
        ]

    def day(self, conn: Connection, start: int, now_ms: int) -> list[ValueRow]:
        """What is released of the local day that begins at `start` (epoch ms)."""
        return [
            *self._district_day(conn, start, now_ms),
            *self._bands(conn, start, now_ms),
            *self._street_measures(conn, start, now_ms),
        ]

    # districts

    def district_values(self, conn: Connection, start: int) -> Iterator[tuple[str, BucketRow]]:
        """(sign, day row) of the district's measures of a day."""
        end = self._zone.next_day(start)
        asked = [(self._district, s.code, start, end) for s in self._measures]
        for _, code, row in buckets(conn, "day", asked):
            yield code, row

    def shown_value(self, code: str, row: BucketRow) -> float:
        """A bucket's value as it is told."""
        sign = self._catalogue.sign[code]
        return round(bucket_value(sign, sign.rule, row), sign.decimals)

    def _district_day(self, conn: Connection, start: int, now_ms: int) -> list[ValueRow]:
        rows = self.district_values(conn, start)
        return [self._bucket(row, "day", now_ms, start) for _, row in rows]

    def _bucket(self, row: BucketRow, period: str, now_ms: int, start: int) -> ValueRow:
        place, code = row[0], row[1]
        digits = self._catalogue.sign[code].decimals
        value = self.shown_value(code, row)
        low, high = round(row[7], digits), round(row[8], digits)
        mark = Mark.EXACT.value
        return (code, place, period, start, mark, value, low, high, bool(row[9]), now_ms)

    def _bands(self, conn: Connection, start: int, now_ms: int) -> Iterator[ValueRow]:
        asked = [
            (self._district, code, start, self._zone.next_day(start)) for code in self._rules.bands
        ]
        for place, code, row in buckets(conn, "day", asked):
            sign = self._catalogue.sign[code]
            mean = bucket_value(sign, sign.rule, row)
            yield value_row(
                code, place, "day", start, band(mean, self._rules.bands[code]), bool(row[9]), now_ms
            )

    # streets

    def _street_measures(self, conn: Connection, start: int, now_ms: int) -> Iterator[ValueRow]:
        end = self._zone.next_day(start)
        for sign in self._measures:
            if self._rules.street_period(sign) is not Period.PRESENT:
                continue
            asked = [(place, sign.code, start, end) for place in self._streets]
            for place, code, row in buckets(conn, "day", asked):
                value = round(bucket_value(sign, sign.street_rule, row), sign.decimals)
                shown = Shown(
                    Mark.EXACT, value, round(row[7], sign.decimals), round(row[8], sign.decimals)
                )
                yield value_row(code, place, "day", start, shown, bool(row[9]), now_ms)


def last_closed(now_ms: int, width_ms: int, pause_ms: int, zone: Zone) -> int:
    """Start of the newest slot of a width that ended at least `pause_ms` ago."""
    return zone.slot_start(zone.slot_start(now_ms - pause_ms, width_ms) - 1, width_ms)


DAYS_BACK = 7  # what lies further back has lost its minutes
HOURS_BACK = 48
