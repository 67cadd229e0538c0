"""The head of a sign's page: its value, its state and why, and the period in a few figures."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dashboard.components import aims, gauge, mark
from dashboard.components.chart import before_key
from dashboard.components.crossing import held, side
from dashboard.components.light import Node, el
from dashboard.components.moment import ageing
from dashboard.components.period import Period, picker
from dashboard.components.times import span, stamp
from dashboard.components.units import unit_name, unit_short
from dashboard.components.view import View
from dashboard.desks.sign.sign_question import PERIODS, SignQuestion
from data_access.series.series_query import Course, Sum
from domain.aim import Aim
from domain.catalogue import Catalogue
from domain.freshness import Freshness
from domain.judging import lines_of
from domain.picture import Cell, Picture
from domain.sign import GRADED, Sign, State
from domain.state import Lines
from domain.stays import heard_until, hours_in, stays
from domain.unit import DEPARTMENT, PLACE

_MILDER = 1e-9


@dataclass(frozen=True)
class Here:
    """What the parts of the page share."""

    question: SignQuestion
    city: Catalogue
    sign: Sign
    place: str
    cell: Cell | None  # None: 不适用, or nothing is known of anything yet
    picture: Picture | None
    now_ms: int
    provisional: bool = False  # the newest value is made of one that may still change
    corrected: int = 0  # how often the newest value was
    aims: Mapping[str, Aim] = field(default_factory=dict)  # the sign's targets, by place

    @property
    def view(self) -> View:
        """Language and theme."""
        return self.question.view

    @property
    def lines(self) -> Lines:
        """The cut-offs that judged the value, or that would judge one now."""
        version = None if self.cell is None else self.cell.version
        return lines_of(self.city, self.sign, self.place, version, self.now_ms)

    @property
    def place_name(self) -> str:
        """The place in the reader's language."""
        return self.at(self.place)

    def at(self, place: str) -> str:
        """A place in the reader's language; its code where the catalogue does not know it."""
        return unit_name(self.view, self.city, PLACE, place)

    @property
    def name(self) -> str:
        """The sign in the reader's language."""
        return self.view.name(self.sign.name)

    @property
    def owner(self) -> str:
        """The department that answers for the sign."""
        return unit_short(self.view, self.city, DEPARTMENT, self.sign.department)


def head(here: Here) -> list[Node]:
    """Title, sentence, value with state, gauge, why."""
    view = here.view
    where: list[Node] = [el("b", here.place_name), f" · {here.sign.code} · {here.owner} · "]
    where.append(el("a", view.text("definition"), href="#sign-definition"))
    aim = here.aims.get(here.place)
    target = None if aim is None else aims.sentence(view, here.sign, aim)
    lead = el("p", sentence(here), cls="desk-lead")
    words = el("div", lead, *_why(here), target, cls="sign-words")
    title = el("h1", here.name)
    return [title, el("p", *where, cls="sign-where"), el("div", _now(here), words, cls="sign-top")]


def _now(here: Here) -> Node:
    view, sign, cell = here.view, here.sign, here.cell
    if cell is None:  # nothing to measure here, or nothing known yet
        said = mark.DASH if here.picture is None else mark.no_state(view, sign)
        return el("div", el("p", said, cls="sign-figure"), cls="sign-now")
    fresh = mark.freshness_or_later(view, cell, here.now_ms, here.city.zone)
    return el(
        "div",
        el("p", *mark.value(view, sign, cell), cls="sign-figure"),
        el("p", mark.state(view, cell), fresh, *_flags(here), cls="sign-state"),
        el("div", gauge.head(view), gauge.gauge(view, cell), cls="sign-gauge"),
        cls="sign-now",
        **ageing(sign, cell),
    )


def _flags(here: Here) -> list[Node]:
    view, found = here.view, list[Node]()
    if here.provisional:
        said = view.text("quality.provisional.why")
        found.append(el("span", view.text("quality.provisional"), title=said, cls="sign-flag"))
    if here.corrected:
        said = view.text("correction.times", n=here.corrected)
        found.append(el("a", said, href="#sign-corrections", cls="sign-flag"))
    return found


def sentence(here: Here) -> str:
    """How it stands, in one sentence."""
    view, sign, cell = here.view, here.sign, here.cell
    about = {"sign": here.name, "place": here.place_name}
    if cell is None:
        if here.picture is None:
            return view.text("sign.say.none", **about)
        return view.text("sign.say.whole" if sign.whole_only else "sign.say.absent", **about)
    if cell.freshness is Freshness.NEVER or cell.value is None:
        return view.text("sign.say.never", **about)
    value = mark.with_unit(view, sign, cell.value)
    if cell.state is State.UNKNOWN or cell.since is None:
        at = cell.at if cell.at is not None else here.now_ms
        time = stamp(at, here.now_ms, here.city.zone)
        return view.text("sign.say.stale", value=value, time=time, **about)
    state = view.text(f"state.{cell.state}")
    lasting = span(view, max(0, here.now_ms - cell.since))
    key = "sign.say.normal" if cell.state is State.NORMAL else "sign.say"
    return view.text(key, value=value, state=state, span=lasting, owner=here.owner, **about)


def _crossed(here: Here, cell: Cell) -> list[str]:
    """What was crossed, or that the value has come back, and what will clear the state."""
    view, sign = here.view, here.sign
    if cell.clear is None:
        edge = mark.with_unit(view, sign, cell.crossed, threshold=True)
        state = view.text(f"state.{cell.state}")
        said = [view.text(f"sign.why.{side(cell)}", state=state, edge=edge)]
    else:
        said = [held(view, sign, cell)]
    level = GRADED.index(cell.state)
    lines = here.lines
    clear = lines.clear_higher[level] if cell.upper else lines.clear_lower[level]
    if clear is None:
        return said
    line = mark.with_unit(view, sign, clear, threshold=True)
    return [*said, view.text(f"sign.why.clear.{side(cell)}", edge=line, n=sign.clear_after)]


def _why(here: Here) -> list[Node]:
    """The threshold behind the state, from when, and what will clear it."""
    view, sign, cell = here.view, here.sign, here.cell
    if cell is None or cell.value is None or cell.state is State.UNKNOWN:
        return []
    zone = here.city.zone
    said: list[str] = []
    if cell.state in GRADED and cell.crossed is not None:
        said += _crossed(here, cell)
    else:
        said.append(view.text("sign.why.normal"))
    if cell.since is not None:
        since = stamp(cell.since, here.now_ms, zone)
        said.append(view.text("sign.why.since", time=since))
    if sign.raise_after_s:
        said.append(view.text("sign.why.raise", span=span(view, sign.raise_after_s * 1000)))
    said.append(view.text("sign.why.version", version=here.lines.version))
    return [el("ul", *(el("li", text) for text in said), cls="sign-why")]


def periods(here: Here, period: Period) -> list[Node]:
    """Title of the course and the choice of its period."""
    view = here.view
    title = el("h2", view.text("sign.course"), el("small", period.ends()))
    choice = picker(view, here.question.path, here.question.filters(), period, PERIODS)
    return [el("div", title, choice, cls="sign-course-head")]


def figures(here: Here, period: Period, course: Course, provisional: int, corrected: int) -> Node:
    """The period as a whole: its value, 环比, 同比, its extremes, its hours in each state.

    `provisional` is how many of its readings may still change, `corrected` how many did.
    """
    view, sign, now = here.view, here.sign, course.now
    silent = heard_until(sign, here.cell)
    if silent is not None and course.transitions:  # as the chart draws it
        found = stays(course.transitions, period.from_ms, period.to_ms, silent)
        now = now.with_hours(hours_in(found, period.from_ms, period.to_ms))
    facts: list[tuple[str, Node | str]] = [
        (view.text("sign.fact.value"), mark.with_unit(view, sign, now.value)),
        (view.text(before_key(period)), _against(here, course.previous)),
        (view.text("sign.fact.before"), _change(here, now, course.previous)),
        (view.text("sign.fact.year"), _change(here, now, course.year_ago)),
        (view.text("sign.fact.high"), mark.with_unit(view, sign, now.high)),
        (view.text("sign.fact.low"), mark.with_unit(view, sign, now.low)),
    ]
    for state, hours in zip(GRADED, (now.attention, now.warning, now.alarm), strict=True):
        if hours:
            said = view.text("sign.hours", n=f"{hours:.1f}")
            facts.append((view.text("sign.fact.hours", state=view.text(f"state.{state}")), said))
    facts.append((view.text("sign.fact.known"), view.text("sign.hours", n=f"{now.known:.0f}")))
    if provisional:
        said = view.text("quality.readings", n=provisional)
        facts.append((view.text("quality.provisional"), said))
    if corrected:
        said = view.text("quality.readings", n=corrected)
        facts.append((view.text("correction.title"), said))
    pairs = [el("div", el("dt", name), el("dd", said)) for name, said in facts]
    return el("dl", *pairs, cls="facts sign-facts")


def _against(here: Here, other: Sum) -> str:
    return mark.with_unit(here.view, here.sign, other.value)


def _change(here: Here, now: Sum, then: Sum) -> Node:
    """A difference with a word on whether it is worse; a dash when there is nothing to compare."""
    view, sign = here.view, here.sign
    if now.value is None or then.value is None:
        return el("span", mark.DASH, title=view.text("sign.no_record"))
    step = now.value - then.value
    said = mark.signed(step, sign.decimals, view.text("number.scale"))
    share = ""
    if then.value and not (sign.measured_in.zh.startswith("%") or sign.value_labels):
        share = f" ({mark.signed(100 * step / abs(then.value), 1)}%)"
    moved = here.lines.badness(now.value) - here.lines.badness(then.value)
    if abs(moved) < _MILDER or not step:
        return el("span", said + share)
    word = view.text("sign.worse" if moved > 0 else "sign.better")
    return el(
        "span", f"{said}{share} ", el("small", word), data_moved="worse" if moved > 0 else "better"
    )
