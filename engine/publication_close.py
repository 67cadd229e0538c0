"""Closed periods: what is released of an hour, a day and a week, once each.

Every function answers rows for the publication store and changes nothing; the step writes them in
one transaction with the mark that says how far it has come.
"""

from collections.abc import Iterator

from sqlalchemy import Connection

from data_access.closed_samples import Question, Sample, buckets, last_samples
from data_access.public.releases import ValueRow
from data_access.rollups import BucketRow
from domain.aggregation import bucket_value
from domain.catalogue import Catalogue
from domain.privacy import Mark, Row, Shown, band, coarser, release_row, shown_rate
from domain.publication import Kind, Period, Publication, week_days
from domain.sign import Sign
from domain.zone import Zone

Released = dict[tuple[str, str, int], tuple[str, float | None, float | None, float | None, bool]]


class Closing:
    """The rules at work on one city's roll-ups."""

    def __init__(self, catalogue: Catalogue, rules: Publication) -> None:
        self._catalogue = catalogue
        self._rules = rules
        self._zone = catalogue.zone
        self._district = catalogue.code
        self._streets = [street.code for street in catalogue.counted]
        self._live = [s for s in catalogue.signs if rules.is_live(s)]
        self._turn = {s.code: n for n, s in enumerate(catalogue.signs)}

    def hours(self, conn: Connection, from_ms: int, to_ms: int, now_ms: int) -> list[ValueRow]:
        """The district's hours in [from, to)."""
        asked = [(self._district, s.code, from_ms, to_ms) for s in self._live]
        return [
            self._bucket(row, "hour", now_ms, row[2]) for _, _, row in buckets(conn, "hour", asked)
        ]

    def day(self, conn: Connection, start: int, now_ms: int) -> list[ValueRow]:
        """Everything that is released of the local day that begins at `start` (epoch ms)."""
        return [
            *self._district_day(conn, start, now_ms),
            *self._bands(conn, start, now_ms),
            *self._street_measures(conn, start, now_ms),
            *self._street_rates(conn, start, now_ms),
            *self._street_counts(conn, start, now_ms),
        ]

    def week(self, conn: Connection, start: int, days: Released, now_ms: int) -> list[ValueRow]:
        """The local week from `start`: `days` is what was released of its days."""
        starts = week_days(start, self._zone)
        found: list[ValueRow] = []
        for sign in self._live:
            if not self._rules.is_flow(sign):
                continue
            if self._rules.street_period(sign) is Period.WEEK:
                found += self._weekly(conn, sign, starts, now_ms)
            else:
                found += self._summed(sign, starts, days, now_ms)
        return found

    # districts

    def district_values(self, conn: Connection, start: int) -> Iterator[tuple[str, BucketRow]]:
        """(sign, day row) of the district's measures and rates of a day."""
        signs = [s for s in self._live if self._rules.kind(s) is not Kind.COUNT]
        asked = [(self._district, s.code, start, self._zone.next_day(start)) for s in signs]
        for _, code, row in buckets(conn, "day", asked):
            yield code, row

    def shown_value(self, code: str, row: BucketRow) -> float:
        """A bucket's value as it is told."""
        sign = self._catalogue.sign[code]
        return round(bucket_value(sign, sign.district_rule, row), sign.decimals)

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
            mean = bucket_value(sign, sign.district_rule, row)
            yield _value(
                code, place, "day", start, band(mean, self._rules.bands[code]), bool(row[9]), now_ms
            )

    # streets

    def _signs(self, kind: Kind, *periods: Period) -> list[Sign]:
        return [
            s
            for s in self._live
            if self._rules.kind(s) is kind and self._rules.street_period(s) in periods
        ]

    def _street_measures(self, conn: Connection, start: int, now_ms: int) -> Iterator[ValueRow]:
        for sign in self._signs(Kind.MEASURE, Period.PRESENT):
            asked = [
                (place, sign.code, start, self._zone.next_day(start)) for place in self._streets
            ]
            for place, code, row in buckets(conn, "day", asked):
                value = round(bucket_value(sign, sign.street_rule, row), sign.decimals)
                shown = Shown(
                    Mark.EXACT, value, round(row[7], sign.decimals), round(row[8], sign.decimals)
                )
                yield _value(code, place, "day", start, shown, bool(row[9]), now_ms)

    def _street_rates(self, conn: Connection, start: int, now_ms: int) -> Iterator[ValueRow]:
        """A street's rate at the day's end, by the cases it then stood on."""
        rules = self._rules
        for sign in self._signs(Kind.RATE, Period.DAY):
            whole = rules.whole(sign)
            if whole is None:  # the catalogue refuses such a sign; never guess
                continue
            for place, sample in self._closing(conn, sign, start).items():
                shown = shown_rate(
                    sample.value, sample.denominator, rules.rates, rules.counts, whole
                )
                yield _value(sign.code, place, "day", start, shown, sample.demo, now_ms)

    def _street_counts(self, conn: Connection, start: int, now_ms: int) -> Iterator[ValueRow]:
        for sign in self._signs(Kind.COUNT, Period.DAY, Period.WEEK, Period.NEVER):
            found = self._closing(conn, sign, start)
            if not found:
                yield from self._own_total(conn, sign, start, now_ms)
                continue
            row = self._release(sign, {p: s.value for p, s in found.items()}, start)
            told = self._rules.street_period(sign) is Period.DAY
            demo = any(sample.demo for sample in found.values())
            yield from self._row(sign, "day", start, row, demo, now_ms, told)

    def _closing(self, conn: Connection, sign: Sign, start: int) -> dict[str, Sample]:
        """The last sample of the day at each street."""
        asked: list[Question] = [
            (p, sign.code, start, self._zone.next_day(start)) for p in self._streets
        ]
        return {place: sample for place, _, sample in last_samples(conn, asked)}

    def _own_total(
        self, conn: Connection, sign: Sign, start: int, now_ms: int
    ) -> Iterator[ValueRow]:
        """A count that only the district tells."""
        asked: list[Question] = [(self._district, sign.code, start, self._zone.next_day(start))]
        for place, code, sample in last_samples(conn, asked):
            value = round(sample.value)
            shown = Shown(Mark.EXACT, value, value, value)
            yield _value(code, place, "day", start, shown, sample.demo, now_ms)

    def _release(self, sign: Sign, counts: dict[str, float], start: int) -> Row:
        whole = [round(counts[p]) if p in counts else None for p in self._streets]
        turn = self._zone.day_number(start) + self._turn[sign.code]
        return release_row(whole, turn, self._rules.counts)

    def _row(
        self, sign: Sign, period: str, start: int, row: Row, demo: bool, now_ms: int, told: bool
    ) -> Iterator[ValueRow]:
        yield _value(sign.code, self._district, period, start, row.total, demo, now_ms)
        if not told:
            return
        for n, place in enumerate(self._streets):
            shown = row.cells[n] if row.cells else Shown(Mark.WITHHELD)
            yield _value(sign.code, place, period, start, shown, demo, now_ms)

    # weeks

    def _weekly(
        self, conn: Connection, sign: Sign, starts: list[int], now_ms: int
    ) -> Iterator[ValueRow]:
        """Too rare for a street's day: seven closing values, from the last hour of each day."""
        sums: dict[str, float] = dict.fromkeys(self._streets, 0)
        demo, whole = False, set(self._streets)
        for start in starts:
            asked = [(p, sign.code, start, self._zone.next_day(start)) for p in self._streets]
            last = {place: row for place, _, row in buckets(conn, "hour", asked)}
            whole &= last.keys()
            for place, row in last.items():
                sums[place] += round(row[6] / row[5])
                demo = demo or bool(row[9])
        if not whole:
            return
        released = self._release(sign, {p: n for p, n in sums.items() if p in whole}, starts[0])
        yield from self._row(sign, "week", starts[0], released, demo, now_ms, True)

    def _summed(
        self, sign: Sign, starts: list[int], days: Released, now_ms: int
    ) -> Iterator[ValueRow]:
        """The sum of what was released of the days; nothing when a day is missing."""
        totals = [days.get((sign.code, self._district, start)) for start in starts]
        for place in (self._district, *self._streets):
            cells = [days.get((sign.code, place, start)) for start in starts]
            if any(cell is None for cell in cells):
                continue
            pairs = [
                (Shown(Mark(cell[0]), *cell[1:4]), total[1] if total else None)
                for cell, total in zip(cells, totals, strict=True)
                if cell
            ]
            demo = any(cell[4] for cell in cells if cell)
            yield _value(sign.code, place, "week", starts[0], coarser(pairs), demo, now_ms)


def _value(
    code: str, place: str, period: str, start: int, shown: Shown, demo: bool, now_ms: int
) -> ValueRow:
    mark, value, low, high = shown
    return (code, place, period, start, mark.value, value, low, high, demo, now_ms)


def last_closed(now_ms: int, width_ms: int, pause_ms: int, zone: Zone) -> int:
    """Start of the newest slot of a width that ended at least `pause_ms` ago."""
    return zone.slot_start(zone.slot_start(now_ms - pause_ms, width_ms) - 1, width_ms)


DAYS_BACK = 7  # what lies further back has lost its minutes
HOURS_BACK = 48
