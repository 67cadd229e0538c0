"""The whole city in memory: one window a sign, fed with stored rows, settled into rows to write."""

from collections.abc import Iterable, Iterator, Sequence
from heapq import heappop, heappush

from data_access.intake.readings import RawRow
from data_access.series.rollups import Key, MinuteRow
from data_access.series.states import HistoryRow, LatestRow
from domain.aggregation import mass_of
from domain.catalogue import Catalogue
from domain.clock import HOUR_MS, slot_start
from domain.sign import SEVERITY, Sign, State
from domain.state import Judge, Judged, make_judge
from domain.terms import Ledger
from domain.zone import Zone
from engine.derived import derive
from engine.fold import Present
from engine.sample import Changes, Sample, Seed, Transition
from engine.steps import Pace, Steps, advance
from engine.window import KEEP_SLOTS, SignWindow
from engine.write_set import WriteSet

HELD = 50_000  # rows that are held at most before the windows get them


class Judges:
    """The judges of every sign at every place, made when first asked for."""

    def __init__(self, catalogue: Catalogue, ledger: Ledger | None = None) -> None:
        self._catalogue = catalogue
        self._ledger = ledger or Ledger.of(catalogue)
        self._made: dict[tuple[str, str, int, int], Judge] = {}
        self.turns = {s.code: self._ledger.turns(catalogue, s.code) for s in catalogue.signs}

    def __call__(self, sign: Sign, place: str, local_date: str, at: int | None = None) -> Judge:
        """The judge in force on an ISO local date ("" where the sign has one version).

        `at` (epoch ms): by the catalogue as it stood then; None: as it stands.
        """
        terms = self._ledger.signs.get(sign.code, ())
        now = terms[-1] if at is None and terms else self._ledger.sign(sign.code, at or 0)
        if now is None:
            raise KeyError(sign.code)
        thresholds = now.sign.thresholds_on(local_date)
        key = (sign.code, place, thresholds.version, now.since)
        judge = self._made.get(key)
        if judge is None:
            share = None if place == self._catalogue.code else now.shares.get(place)
            judge = make_judge(now.sign, thresholds, share)
            self._made[key] = judge
        return judge

    def at(self, sign: Sign, place: str, ms: int) -> Judge:
        """The judge in force at an instant (epoch ms)."""
        if not self.turns[sign.code]:
            return self(sign, place, "")
        return self(sign, place, self._catalogue.zone.date(ms), ms)


class City:
    """Windows of every sign, and what changed in them since they were last settled."""

    def __init__(
        self,
        catalogue: Catalogue,
        demo_sources: set[str],
        ledger: Ledger | None = None,
        now_ms: int = 0,
    ) -> None:
        self.catalogue = catalogue
        self.demo_sources = demo_sources
        self.ledger = ledger or Ledger.of(catalogue)
        self.judges = Judges(catalogue, self.ledger)
        self.present = Present(now_ms)
        self._due: list[tuple[int, str, str]] = []  # (when it goes stale, sign, place), a heap
        self._awaited: dict[tuple[str, str], int] = {}  # (sign, place) → the earliest of those
        self._spoke: set[tuple[str, str]] = set()  # spoke since the last step
        self.places = {catalogue.code, *catalogue.street}
        self._counted = frozenset(s.code for s in catalogue.counted)
        self.windows = {sign.code: self.make_window(sign) for sign in catalogue.signs}
        self._dependents: dict[str, list[str]] = {}
        for sign in catalogue.signs:
            for _, source in sign.derived_from:
                self._dependents.setdefault(source, []).append(sign.code)
        self._touched: set[str] = set()
        self.heard = 0  # rows held
        self._heard: dict[str, list[RawRow]] = {}  # by sign
        self._points: dict[tuple[str, ...], RawRow] = {}  # the newest reading of each point
        self._late: dict[str, dict[str, set[int]]] = {}
        self._ahead: dict[tuple[str, str], tuple[int, int]] = {}  # observed in the future, seen

    def make_window(self, sign: Sign, keep_slots: int | None = KEEP_SLOTS) -> SignWindow:
        """A window for `sign`; `keep_slots=None` for one that never forgets."""
        return SignWindow(
            sign,
            self.catalogue.code,
            self._counted,
            self.catalogue.zone.grid_ms,
            self.judges.at,
            self.demo_sources.__contains__,
            keep_slots,
            self.present,
            self.judges.turns[sign.code],
        )

    def hear(self, rows: Sequence[RawRow]) -> None:
        """Hold stored rows until `feed`. What is no longer in the catalogue is passed over."""
        held, places = self._heard, self.places
        for row in rows:
            if row[1] in places:
                try:
                    held[row[2]].append(row)
                except KeyError:
                    held[row[2]] = [row]
        self.heard += len(rows)

    def feed(self) -> Steps:
        """Give the windows what was heard, sign by sign: of what a point said within a slot its
        last word is what counts, and is found at once."""
        held, self._heard, self.heard = self._heard, {}, 0
        pace = Pace()
        for code, mine in held.items():
            window = self.windows.get(code)
            if window is None:
                continue
            self._touched.add(code)
            for street, slot in window.add_rows(mine, self._points):
                self._late.setdefault(code, {}).setdefault(street, set()).add(slot)
            if pace.full(len(mine)):
                yield

    def settle(self) -> WriteSet:
        """Add up and judge what was taken in."""
        advance(self.settle_into(out := WriteSet()), None)
        return out

    def settle_into(self, out: WriteSet) -> Steps:
        """As `settle`, in steps. Between them the present says what is settled so far."""
        out.late, self._late = self._late, {}
        pace = Pace()
        touched, self._touched = self._touched, set()
        points, self._points = self._points, {}
        out.points = [row[1:] for row in points.values()]
        derived = {dependent for code in touched for dependent in self.dependents(code)}
        for code in (*sorted(touched), *sorted(derived)):  # their ingredients before the derived
            for work in self._settle_sign(code, out):
                if pace.full(work):
                    yield
        for code in touched | derived:  # only now: the derived needed their ingredients' slots
            self.windows[code].trim()
        for code in list(out.late):
            for dependent in self.dependents(code):
                for place, slots in out.late[code].items():
                    out.note_late(dependent, place, slots)

    def reseed(
        self, code: str, place: str, seed: Seed | None, corrected: dict[int, Sample], out: WriteSet
    ) -> None:
        """Correct the state of a place before what memory holds, and what follows from it."""
        window = self.windows[code]
        self.write(code, window.reseed(place, seed, corrected), out)
        row = latest_row(window, place)
        if row is not None:  # a state may last for longer without any change of it in memory
            out.latest[place, code] = row

    def seen_at(self, code: str, place: str, at: int, now_ms: int) -> int:
        """When an observation counts as made: never later than when it was first seen here.

        A device's clock may run ahead; its value must not stay alive for longer because of that.
        """
        if at <= now_ms and (code, place) not in self._ahead:
            return at
        said, seen = self._ahead.get((code, place), (0, 0))
        if said == at:
            return min(at, seen)
        if at <= now_ms:
            del self._ahead[code, place]
            return at
        self._ahead[code, place] = (at, now_ms)
        return now_ms

    def watch(self, code: str, place: str) -> None:
        """Look after a place from the next step on: it may go stale."""
        self._spoke.add((code, place))

    def stay_silent(self, code: str, place: str, since: int) -> None:
        """What was told to have gone stale stays so, wherever the device's clock was (restart)."""
        window, now_ms = self.windows[code], self.present.now_ms
        newest = window.newest(place)
        if newest is not None:
            until = min(since, now_ms - 1)
            window.fold.cap(place, newest[0].at, until)
            seen = until - window.sign.stale_after_s * 1000
            if seen < newest[0].at:
                self._ahead[code, place] = (newest[0].at, seen)

    def derive_all(self) -> None:
        """Compute every derived value anew from what the windows hold (after a restart)."""
        for code, dependents in self._dependents.items():
            window = self.windows[code]
            known = {
                (p, slot): s for p, slots in window.samples.items() for slot, s in slots.items()
            }
            for dependent in dependents:
                self._derive(dependent, known)
        for dependent in {d for ds in self._dependents.values() for d in ds}:
            self.windows[dependent].settle()

    def _derive(self, code: str, changed: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
        windows, district = self.windows, self.catalogue.code
        return derive(windows[code], self.catalogue.sign[code], windows, district, changed)

    def dependents(self, code: str) -> list[str]:
        """Codes of the signs that are derived from a sign."""
        return self._dependents.get(code, [])

    # -- what time alone changes ------------------------------------------------------------

    def step(self, now_ms: int) -> WriteSet:
        """Let time pass: what has gone stale has no state, new cut-offs judge what stands."""
        before, self.present.now_ms = self.present.now_ms, now_ms
        out = WriteSet()
        spoke, self._spoke = self._spoke, set()
        renewed: set[tuple[str, str]] = set()
        if now_ms < before:  # the clock was set back: what was silent may be alive
            renewed = {(c, place) for c, window in self.windows.items() for place in window.samples}
        for code, turns in self.judges.turns.items():
            if any(before < at <= now_ms for at in turns):
                renewed.update((code, place) for place in self.windows[code].samples)
        while self._due and self._due[0][0] < now_ms:
            _, code, place = heappop(self._due)
            self._awaited.pop((code, place), None)
            spoke.add((code, place))
        for code, place in spoke | renewed:
            if not self._await(code, place):
                renewed.add((code, place))
        for code, place in sorted(renewed):
            self.write(code, self.windows[code].renew(place), out)
        return out

    def alive(self) -> list[tuple[str, str, int]]:
        """(place, sign, newest observation) of what has a state."""
        found = []
        for code, window in self.windows.items():
            for place in window.samples:
                newest = window.newest(place)
                if newest is not None and newest[1] and window.silent_since(place) is None:
                    found.append((place, code, newest[0].at))
        return found

    def _await(self, code: str, place: str) -> bool:
        """Look at a place again when its newest sample goes stale; False: it is stale already."""
        window = self.windows[code]
        newest = window.newest(place)
        if newest is None:
            return True
        at = newest[0].at
        seen = self.seen_at(code, place, at, self.present.now_ms)
        until = seen + window.sign.stale_after_s * 1000
        if seen < at:
            window.fold.cap(place, at, until)
        if until < self.present.now_ms:
            return window.silent_since(place) is not None
        if until < self._awaited.get((code, place), until + 1):
            self._awaited[code, place] = until
            heappush(self._due, (until, code, place))
        return True

    # -- what has to be written -------------------------------------------------------------

    def _settle_sign(self, code: str, out: WriteSet) -> Iterator[int]:
        """Settle a sign piece by piece; what each has cost."""
        window = self.windows[code]
        began = window.work.visits
        for changes in window.pieces():
            self.write(code, changes, out)
            if changes.late:
                out.note_late(code, self.catalogue.code, changes.late)
            for dependent in self.dependents(code):
                late = self._derive(dependent, changes.samples)
                for place, slot in late:
                    out.note_late(dependent, place, (slot,))
            yield changes.work() + window.work.visits - began
            began = window.work.visits

    def write(self, code: str, changes: Changes, out: WriteSet) -> None:
        """Add to `out` what has changed of a sign."""
        window = self.windows[code]
        spent: dict[str, int] = {}  # place → since when its time was spent otherwise
        last: dict[str, int] = {}  # place → the last change that came or went
        for (place, slot), sample in changes.samples.items():
            out.minutes[place, code, slot] = minute_row(
                place, code, slot, sample, window.judged_at(place, slot)
            )
            spent[place] = min(spent.get(place, slot), slot)
        for place, slot in changes.judged:
            sample = window.samples[place][slot]
            out.minutes[place, code, slot] = minute_row(
                place, code, slot, sample, window.judged_at(place, slot)
            )
        for place in spent:  # a value counts until the next one
            spent[place] = window.before(place, spent[place])
            self.watch(code, place)
        for place, since in (*changes.gone, *((place, t.since) for place, t in changes.new)):
            spent[place] = min(spent.get(place, since), window.before(place, since))
            last[place] = max(last.get(place, since), since)
        for place, since in spent.items():
            row = latest_row(window, place)
            if row is not None:
                out.latest[place, code] = row
            until = max(since, window.alive_until(place) or since, last.get(place, since))
            out.spent(place, code, since, until, self.catalogue.zone.grid_ms)
        out.take_back((place, code, since) for place, since in changes.gone)
        out.record(history_row(place, code, t) for place, t in changes.new)


def history_row(place: str, code: str, t: Transition) -> HistoryRow:
    """The stored form of a change of state."""
    return (place, code, t.since, t.state.value, t.value, t.version, t.cutoff, t.cause, t.demo)


def add_raw(window: SignWindow, raw: RawRow, *, restore: bool = False) -> None:
    """Give a stored reading to a window (`restore`: its samples contain it already)."""
    _, street, _, source, point, at, value, weight, denominator = raw
    mass = mass_of(window.sign.rule, weight, denominator)
    take = window.restore if restore else window.add
    take(street, (source, point), at, value, mass)


def minute_row(
    place: str, code: str, slot: int, sample: Sample, judged: Judged | None
) -> MinuteRow:
    """The minute-tier row of a sample."""
    value, numerator, denominator, _, _, demo = sample
    severity = None if judged is None else SEVERITY[judged.state]
    return (place, code, slot, numerator, denominator, 1, value, value, value, demo, severity)


def latest_row(window: SignWindow, place: str) -> LatestRow | None:
    """The `latest` row of a place; None before its first sample."""
    newest = window.newest(place)
    if newest is None:
        return None
    sample, judged = newest
    silent = window.silent_since(place)
    known = judged is not None and silent is None
    return (
        place,
        window.sign.code,
        sample.value,
        sample.at,
        sample.numerator,
        sample.denominator,
        sample.children,
        judged.state.value if judged is not None and known else State.UNKNOWN.value,
        judged.since if judged is not None and known else silent,
        window.fold.judge(place, max(sample.at, judged.since if judged else 0)).version,
        sample.demo,
    )


def hours_of(keys: Iterable[Key], zone: Zone) -> set[Key]:
    """The hour buckets that hold minute buckets."""
    grid_ms = zone.grid_ms
    return {(p, s, slot_start(b, HOUR_MS, grid_ms)) for p, s, b in keys}


def days_of(keys: Iterable[Key], zone: Zone) -> set[Key]:
    """The day buckets (local midnight) that hold hour buckets."""
    return {(p, s, zone.day_start(b)) for p, s, b in keys}
