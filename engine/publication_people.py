"""Closed periods of counts and rates: hours, days and weeks of pictures, each told once.

A day is closed from one picture: the newest in which every street still speaks at the day's end.
Its total is what the hours told, if they did; where that is another one by now, because readings
came late, the total stays and no street is told.
"""

from collections.abc import Iterator, Mapping

from sqlalchemy import Connection

from data_access.public.releases import ValueRow
from domain.catalogue import Catalogue
from domain.clock import HOUR_MS
from domain.privacy import WITHHELD, Mark, Row, Shown, coarser, release_rates, release_row
from domain.publication import Kind, Period, Publication, week_days
from domain.sign import Sign
from domain.telling import Picture, adds_up, exact_whole
from engine.publication_pictures import Pictures, kept_tier
from engine.publication_told import Teller

Released = dict[tuple[str, str, int], tuple[str, float | None, float | None, float | None, bool]]
"""Closed values by (sign, place, start): mark, value, low, high, demo."""


class People:
    """The rules at work on one city's counts and rates."""

    def __init__(self, catalogue: Catalogue, rules: Publication, pictures: Pictures) -> None:
        self._zone = catalogue.zone
        self._rules = rules
        self._district = catalogue.code
        self._pictures = pictures
        self._streets = pictures.streets
        self._turn = {s.code: n for n, s in enumerate(catalogue.signs)}
        self.signs = [
            s for s in catalogue.signs if rules.is_live(s) and rules.kind(s) is not Kind.MEASURE
        ]

    def hours(
        self, conn: Connection, teller: Teller, from_ms: int, to_ms: int, now_ms: int
    ) -> Iterator[ValueRow]:
        """The district's hours in [from, to): the last picture told of each."""
        for start in range(from_ms, to_ms, HOUR_MS):
            for sign in self.signs:
                # slots that end within the hour
                last = start + HOUR_MS - sign.slot_ms
                told = teller.newest(sign, last - HOUR_MS + 1, last)
                if told is not None:
                    demo = self._pictures.is_demo(conn, sign, told.slot)
                    shown = _exact(told.value)
                    yield value_row(sign.code, self._district, "hour", start, shown, demo, now_ms)

    def day(
        self, conn: Connection, teller: Teller, start: int, hours: Released, now_ms: int
    ) -> Iterator[ValueRow]:
        """The day from `start`; `hours` is what was released of its hours."""
        for sign in self.signs:
            end = self._zone.next_day(start)
            first = max(start, end - 1000 * sign.stale_after_s - sign.slot_ms)
            found = list(self._pictures.between(conn, sign, first, end - sign.slot_ms))
            told = self._told_by_hours(sign, first, end, hours)
            if not found and told is None:
                continue
            close = self._count if self._rules.kind(sign) is Kind.COUNT else self._rate
            total, cells = close(teller, sign, found, told, start)
            demo = any(picture.demo for picture in found)
            by_day = self._rules.street_period(sign) is Period.DAY
            speak = by_day and any(picture.streets for picture in found)
            yield from self._row(sign, "day", start, Row(total, cells), demo, now_ms, speak)
            if told is None and total.mark is Mark.EXACT:  # the hours must not say otherwise
                hour = end - HOUR_MS
                yield value_row(sign.code, self._district, "hour", hour, total, demo, now_ms)

    def _told_by_hours(self, sign: Sign, first: int, end: int, hours: Released) -> float | None:
        """What the last hour that counts for the day's end told; None: nothing."""
        for start in range(end - HOUR_MS, first - HOUR_MS, -HOUR_MS):
            if start + HOUR_MS <= first:
                break
            cell = hours.get((sign.code, self._district, start))
            if cell is not None:
                return cell[1]
        return None

    def _alive(self, sign: Sign, found: list[Picture], start: int) -> list[Picture]:
        """The pictures in which no street is stale at the day's end."""
        edge = self._zone.next_day(start) - 1000 * sign.stale_after_s - sign.slot_ms
        return [p for p in found if not p.mixed and p.oldest >= edge]

    def _count(
        self, teller: Teller, sign: Sign, found: list[Picture], told: float | None, start: int
    ) -> tuple[Shown, tuple[Shown, ...] | None]:
        """(total, cells) of a day; no cells: withheld."""
        alive = self._alive(sign, found, start)
        for picture in alive:
            total = sum(round(part.value) for part in picture.streets.values())
            same = told is None or round(told) == total
            if picture.streets and same and adds_up(picture, Kind.COUNT):
                if teller.admits(sign, picture):
                    counts = {p: part.value for p, part in picture.streets.items()}
                    row = self._release(sign, counts, start)
                    return row.total, row.cells
        own = next((p for p in found if not adds_up(p, Kind.COUNT)), None)
        if told is None and own is not None and teller.admits(sign, own):
            told = exact_whole(own, Kind.COUNT, self._rules.rates)
        if told is None or not (alive or own):
            return WITHHELD, None
        return _exact(round(told)), None

    def _rate(
        self, teller: Teller, sign: Sign, found: list[Picture], told: float | None, start: int
    ) -> tuple[Shown, tuple[Shown, ...] | None]:
        """(the district's rate, the streets') of a day; no cells: withheld."""
        rules = self._rules
        alive = self._alive(sign, found, start)
        for picture in alive:
            value = exact_whole(picture, Kind.RATE, rules.rates)
            value = None if value is None else round(value, sign.decimals)
            if told in (None, value) and teller.admits(sign, picture):
                streets = {p: (part.value, part.mass) for p, part in picture.streets.items()}
                cells = release_rates(streets, rules.rates, rules.counts, rules.whole(sign))
                shown = tuple(cells.get(place, WITHHELD) for place in self._streets)
                return WITHHELD if value is None else _exact(value), shown
        if told is None or not alive:
            return WITHHELD, None
        return _exact(told), None

    def _release(self, sign: Sign, counts: Mapping[str, float], start: int) -> Row:
        whole = [round(counts[p]) if p in counts else None for p in self._streets]
        turn = self._zone.day_number(start) + self._turn[sign.code]
        return release_row(whole, turn, self._rules.counts)

    def _row(
        self, sign: Sign, period: str, start: int, row: Row, demo: bool, now_ms: int, speak: bool
    ) -> Iterator[ValueRow]:
        """The rows of a total and, where the streets speak, of its cells."""
        yield value_row(sign.code, self._district, period, start, row.total, demo, now_ms)
        for n, place in enumerate(self._streets if speak else ()):
            shown = row.cells[n] if row.cells else WITHHELD
            yield value_row(sign.code, place, period, start, shown, demo, now_ms)

    # weeks

    def week(self, conn: Connection, start: int, days: Released, now_ms: int) -> Iterator[ValueRow]:
        """The local week from `start`: `days` is what was released of its days."""
        starts = week_days(start, self._zone)
        for sign in self.signs:
            if not self._rules.is_flow(sign):
                continue
            if self._rules.street_period(sign) is Period.WEEK:
                yield from self._weekly(conn, sign, starts, days, now_ms)
            else:
                yield from self._summed(sign, starts, days, now_ms)

    def _weekly(
        self, conn: Connection, sign: Sign, starts: list[int], days: Released, now_ms: int
    ) -> Iterator[ValueRow]:
        """Too rare for a street's day: seven closing pictures of the same streets, added up.

        They must still be what the days were closed from; else the total alone is told.
        """
        told = [days.get((sign.code, self._district, day)) for day in starts]
        totals = [cell[1] for cell in told if cell and cell[0] == Mark.EXACT]
        if any(cell is None for cell in told):
            return
        row, demo = Row(WITHHELD, None), any(cell[4] for cell in told if cell)
        if len(totals) == len(starts):
            wholes = [round(total or 0) for total in totals]
            sums = self._sums(conn, sign, starts, wholes)
            whole = Row(_exact(sum(wholes)), None)
            row = whole if sums is None else self._release(sign, sums, starts[0])
        yield from self._row(sign, "week", starts[0], row, demo, now_ms, True)

    def _sums(
        self, conn: Connection, sign: Sign, starts: list[int], totals: list[int]
    ) -> dict[str, int] | None:
        """Each street's week; None where a day is no longer what it was closed from."""
        sums: dict[str, int] = {}
        for n, (start, total) in enumerate(zip(starts, totals, strict=True)):
            end = self._zone.next_day(start)
            first = max(start, end - 1000 * sign.stale_after_s - sign.slot_ms)
            last, tier = end - sign.slot_ms, kept_tier(sign)
            found = list(self._pictures.between(conn, sign, first, last, tier))
            for picture in self._alive(sign, found, start):
                counts = {p: round(part.value) for p, part in picture.streets.items()}
                if sum(counts.values()) == total and (n == 0 or counts.keys() == sums.keys()):
                    sums = {p: sums.get(p, 0) + count for p, count in counts.items()}
                    break
            else:
                return None
        return sums

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
            yield value_row(sign.code, place, "week", starts[0], coarser(pairs), demo, now_ms)


def _exact(value: float) -> Shown:
    return Shown(Mark.EXACT, value, value, value)


def value_row(
    code: str, place: str, period: str, start: int, shown: Shown, demo: bool, now_ms: int
) -> ValueRow:
    """A figure as it is written down."""
    mark, value, low, high = shown
    return (code, place, period, start, mark.value, value, low, high, demo, now_ms)
