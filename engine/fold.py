"""One sign's samples at each place, folded into states: the picture and the log are both made here.

A state begins with a sample. It ends with a later sample, with the instant at which its last one
goes stale (then nothing is known until the next one speaks), or with an instant at which other
cut-offs come into force and judge the standing value otherwise. What is recorded of a sample is
everything up to the next one, so that the record is a function of the samples and of the clock.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence

from domain.sign import Sign, State
from domain.state import Cause, Judge, Judged
from engine.sample import Changes, Sample, Seed, Transition

_CLOSED = (Cause.WITHDRAWN, Cause.TAKEN_BACK)
JudgeAt = Callable[[Sign, str, int], Judge]  # (sign, place, epoch ms)
Samples = dict[int, Sample]


class Present:
    """The engine's clock as far as it has been told: no state ends later than this."""

    def __init__(self, now_ms: int = 0) -> None:
        self.now_ms = now_ms


class Fold:
    """The judgements of one sign by place and slot."""

    def __init__(
        self,
        sign: Sign,
        judge_at: JudgeAt,
        judged_at: Callable[[str], bool],
        turns: Sequence[int],
        present: Present,
    ) -> None:
        self.sign = sign
        self.judged: dict[str, dict[int, Judged]] = {}
        self.seeds: dict[str, Seed] = {}
        self.recorded: dict[str, dict[int, tuple[Transition, ...]]] = {}
        self._turned: dict[str, dict[int, Judged]] = {}  # by slot, where other cut-offs came later
        self._caps: dict[str, tuple[int, int]] = {}  # newest observation, earlier end of its life
        self._judge_at = judge_at
        self._judges: dict[str, Judge] = {}
        self._is_judged = judged_at
        self._turns = turns
        self._present = present
        self._stale_ms = sign.stale_after_s * 1000

    def judge(self, place: str, at: int) -> Judge:
        """The judge in force at a place and instant; asked for once where it never changes."""
        judge = self._judges.get(place)
        if judge is None:
            judge = self._judge_at(self.sign, place, at)
            if not self._turns:
                self._judges[place] = judge
        return judge

    def until(self, place: str, sample: Sample) -> int:
        """The last instant at which a sample counts, were it the newest."""
        cap = self._caps.get(place)
        return cap[1] if cap and cap[0] == sample.at else sample.at + self._stale_ms

    def cap(self, place: str, at: int, until: int) -> None:
        """A value observed in our future is no longer alive for that."""
        self._caps[place] = (at, until)

    def after(self, place: str, slot: int) -> Judged | None:
        """What held after the sample of a slot, whatever the cut-offs became; None: not judged."""
        turned = self._turned.get(place)
        found = turned.get(slot) if turned else None
        return found or self.judged.get(place, {}).get(slot)

    def ended(self, place: str, slot: int) -> int | None:
        """When the state of a slot's sample ended in silence, as far as that is known."""
        found = self.recorded.get(place, {}).get(slot)
        return found[-1].since if found and found[-1].state is State.UNKNOWN else None

    def run(
        self, place: str, order: Sequence[int], samples: Samples, at: int, changes: Changes
    ) -> None:
        """Judge the slots of `order` from index `at` on, each by what held before it."""
        if not self._is_judged(place):
            return
        judged = self.judged.setdefault(place, {})
        recorded = self.recorded.setdefault(place, {})
        before, until = self._before(place, order, samples, at, changes)
        last, turns, now = len(order) - 1, self._turns, self._present.now_ms
        for n in range(at, len(order)):
            slot = order[n]
            sample = samples[slot]
            # a value carried into the slot changes the state here, not where it was observed
            begin = max(sample.at, slot)
            told = recorded.get(slot, ())
            simple = not turns and (not told or (len(told) == 1 and told[0].cause is None))
            head = () if simple else _sealed(told, begin)
            if head:
                before = _held(head[-1])
            elif begin > until:
                before = None
            judge = self.judge(place, begin)
            after = judge.step(before, begin, sample.value)
            if before is None or after.state is not before.state:
                head += (_begun(after, sample, judge),)
            known = judged.get(slot)
            if known is not None and known.state is not after.state:
                changes.judged.add((place, slot))
            judged[slot] = after
            until = self.until(place, sample)
            following = None if n == last else self._start(place, order[n + 1], samples)
            if simple and until >= (now if following is None else following):
                if told != head:  # as nearly always: nothing happens up to the next one
                    changes.record(place, slot, recorded, head)
                before = after
                continue
            closed = any(t.cause in _CLOSED for t in told)
            later = _later(told, begin, following) if closed else ()
            before = self._finish(place, slot, sample, after, head, later, following, changes)

    def renew(
        self,
        place: str,
        slot: int,
        sample: Sample,
        changes: Changes,
        following: int | None = None,
        *,
        told: bool = False,
    ) -> Judged | None:
        """What has become of a sample up to the one that begins at `following`, or up to now.

        It went stale, other cut-offs came; what was recorded of that stands. `told`: the sample
        was judged before cut-offs that are in force since its very instant. The state that holds.
        """
        state = self.judged.get(place, {}).get(slot)
        if state is None:
            return None
        begin = max(sample.at, slot)
        known = self.recorded.setdefault(place, {}).get(slot, ())
        head = tuple(t for t in known if t.since <= begin)
        later = _later(known, begin, following)
        if head and head[-1].cause in _CLOSED:  # it closed at the very instant of the sample
            head, later = head[:-1], (head[-1], *later)
        return self._finish(place, slot, sample, state, head, later, following, changes, told=told)

    def _finish(
        self,
        place: str,
        slot: int,
        sample: Sample,
        state: Judged,
        head: tuple[Transition, ...],
        later: tuple[Transition, ...],
        following: int | None,
        changes: Changes,
        *,
        told: bool = False,
    ) -> Judged | None:
        """Record what a sample brought (`head`), what stands of its time, and what time made of it.

        The state that holds then; None: none does.
        """
        recorded = self.recorded[place]
        known_to = begin = max(sample.at, slot)
        if later:
            state, known_to = _held(later[-1]) or state, later[-1].since
            if later[-1].state is State.UNKNOWN:
                back = self._back(place, sample, known_to + 1, following)
                if back is None:
                    changes.record(place, slot, recorded, head + later)
                    return None
                state, later, known_to = back[0], (*later, back[1]), back[1].since
        state, tail = self._tail(place, sample, known_to, state, following, told=told)
        self._turn(place, slot, [t for t in later + tail if t.since > begin])
        changes.record(place, slot, recorded, head + later + tail)
        return state

    def forget(self, place: str, slots: Sequence[int], last: Sample) -> None:
        """Drop the oldest slots; `last` is the sample of the newest one that goes."""
        self.seeds[place] = Seed(self.after(place, slots[-1]), self.until(place, last))
        kept = (self.judged, self.recorded, self._turned)
        for mine in [by_place[place] for by_place in kept if place in by_place]:
            for slot in slots:
                mine.pop(slot, None)

    def pin(
        self,
        place: str,
        order: Sequence[int],
        samples: Samples,
        told: Sequence[Transition],
        from_ms: int,
    ) -> None:
        """Let what was recorded stand, whatever the fold of today's catalogue would say of it.

        `told` is led by the change in force before `from_ms`, where there was one.
        """
        if not order or not self._is_judged(place):
            return
        judged = self.judged.setdefault(place, {})
        recorded: dict[int, tuple[Transition, ...]] = {}
        begins = [max(samples[slot].at, slot) for slot in order]
        instants = [t.since for t in told]
        firsts = [bisect_left(instants, slot) for slot in order]
        firsts[0] = bisect_left(instants, from_ms)  # what was made of samples that are gone too
        for n in range(1, len(order)):
            at = firsts[n]
            while at < len(told) and told[at].cause == Cause.SILENT and instants[at] < begins[n]:
                at += 1  # of the sample before
            firsts[n] = at
        for n, slot in enumerate(order):
            first, upto = firsts[n], len(told) if n + 1 == len(order) else firsts[n + 1]
            here = bisect_right(instants, begins[n])
            if mine := tuple(told[first:upto]):
                recorded[slot] = mine
            if here and told[here - 1].state is not State.UNKNOWN:
                held = told[here - 1]
                known = judged.get(slot)
                if known is None or known.state is not held.state:
                    judged[slot] = Judged(held.state, held.since, None, 0)
                else:
                    judged[slot] = known._replace(since=held.since)
            self._turn(place, slot, told[here:upto])
        self.recorded[place] = recorded

    def _before(
        self, place: str, order: Sequence[int], samples: Samples, at: int, changes: Changes
    ) -> tuple[Judged | None, int]:
        """What holds before the slot at index `at`, and until when."""
        if not at:
            return self.seeds.get(place, Seed(None, 0))
        slot, sample = order[at - 1], samples[order[at - 1]]
        following = self._start(place, order[at], samples) if at < len(order) else None
        until = self.until(place, sample)
        told = self.recorded[place].get(slot)
        simple = not self._turns and (not told or (len(told) == 1 and told[0].cause is None))
        if simple and following is not None and following <= until:
            return self.judged[place].get(slot), until  # nothing has happened in between
        return self.renew(place, slot, sample, changes, following), until

    def _start(self, place: str, slot: int, samples: Samples) -> int:
        """When something was first recorded of a slot, or its sample begins."""
        begin = max(samples[slot].at, slot)
        told = self.recorded[place].get(slot, ())
        sealed = _sealed(told, begin) if told else ()
        return sealed[0].since if sealed else begin

    def _tail(
        self,
        place: str,
        sample: Sample,
        begin: int,
        state: Judged,
        following: int | None,
        *,
        told: bool = False,
    ) -> tuple[Judged, tuple[Transition, ...]]:
        """What happens between a sample and the one that follows (None: nothing has yet)."""
        now = self._present.now_ms
        until = self.until(place, sample)
        end = min(now if following is None else following - 1, until - 1)
        found: tuple[Transition, ...] = ()
        for turn in self._turns:
            if begin - told < turn <= end:
                judge = self.judge(place, turn)
                again = judge.step(state, max(turn, begin + 1), sample.value)
                if again.state is not state.state:
                    state = again
                    found += (_begun(state, sample, judge)._replace(cause=Cause.CUTOFFS.value),)
        if until < (now if following is None else following):
            version = self.judge(place, until).version
            cause = Cause.SILENT.value
            silent = max(until, begin + 1)  # a value from the future may end before it began
            found += (Transition(silent, State.UNKNOWN, None, version, None, cause, sample.demo),)
        return state, found

    def _back(
        self, place: str, sample: Sample, earliest: int, following: int | None
    ) -> tuple[Judged, Transition] | None:
        """What had lost its state has one again, if its newest value still counts."""
        now = max(self._present.now_ms, earliest)
        if following is not None or self.until(place, sample) < now:
            return None
        judge = self.judge(place, now)
        state = judge.step(None, now, sample.value)
        return state, _begun(state, sample, judge)

    def _turn(self, place: str, slot: int, found: Sequence[Transition]) -> None:
        turned = [t for t in found if t.state is not State.UNKNOWN]
        if turned:
            held = Judged(turned[-1].state, turned[-1].since, None, 0)
            self._turned.setdefault(place, {})[slot] = held
        elif place in self._turned:
            self._turned[place].pop(slot, None)


def _begun(judged: Judged, sample: Sample, judge: Judge) -> Transition:
    crossing = judge.crossing(judged.state, sample.value)
    edge = None if crossing is None else crossing.edge
    return Transition(
        judged.since, judged.state, sample.value, judge.version, edge, None, sample.demo
    )


def _held(last: Transition) -> Judged | None:
    """What holds after a change of state."""
    return None if last.state is State.UNKNOWN else Judged(last.state, last.since, None, 0)


def _sealed(told: tuple[Transition, ...], begin: int) -> tuple[Transition, ...]:
    """What is recorded of a slot before its sample begins, and stays.

    A later value of a slot takes the place of an earlier one, but not of what was told before the
    cut-offs changed in between or the sign was away: that has been told.
    """
    if len(told) < 2:
        return ()
    before = tuple(t for t in told if t.since < begin)
    return before if any(t.cause not in (None, Cause.SILENT) for t in before) else ()


def _later(
    told: tuple[Transition, ...], begin: int, following: int | None
) -> tuple[Transition, ...]:
    """What is recorded of the time after a sample and stands, silence apart."""
    return tuple(
        t
        for t in told
        if t.since > begin
        and t.cause != Cause.SILENT
        and (following is None or t.since < following)
    )
