"""The head of a place's page: the sentence, the facts, the counts, and the index that adds up."""

from collections.abc import Sequence
from typing import NamedTuple

from dashboard.components import mark
from dashboard.components.light import Node, el
from dashboard.components.versions import Editions, cut_words, weights_words
from dashboard.components.view import View
from dashboard.desks.street.street_question import PlaceQuestion
from dashboard.desks.street.street_standing import Counts, Standing
from dashboard.desks.street.street_words import (
    NONE,
    area_text,
    delta,
    index_text,
    kind_name,
    lasting,
    people_text,
    state_word,
)
from data_access.series.index_history import Past
from domain.actor import Actor
from domain.catalogue import Catalogue
from domain.index import Detractor, Index
from domain.picture import Cell, Picture
from domain.sign import GRADED, State

SHOWN = 5  # lines of the receipt before the rest is folded


class Here(NamedTuple):
    """A place at the moment, with all that its page is made of."""

    question: PlaceQuestion
    city: Catalogue
    picture: Picture
    standing: Standing
    cells: dict[str, Cell]
    troubles: list[str]  # signs in attention, warning or alarm, the worst first
    actor: Actor
    editions: Editions  # the cut-offs that judge its signs

    @property
    def view(self) -> View:
        """How the reader looks at it."""
        return self.question.view


def head(here: Here) -> list[Node]:
    """Name, facts, sentence and counts."""
    place, view = here.standing.place, here.view
    said = [el("h1", view.name(place.name)), _facts(here)]
    if not place.counts:
        said.append(el("p", view.text("streets.note.area"), cls="street-overlap"))
    said.append(el("p", sentence(here), cls="desk-lead"))
    return [*said, counts_line(view, here.standing.counts)]


def _facts(here: Here) -> Node:
    place, view = here.standing.place, here.view
    committees = sum(c.street == place.code for c in here.city.committees)
    facts = [
        kind_name(view, here.city, place),
        f"{area_text(place.area_km2)} km²" if place.area_km2 else None,
        _people(view, "street.residents", place.population),
        _people(view, "street.jobs", place.employment),
        view.text("street.committees.n", n=committees) if committees else None,
        place.code,
    ]
    return el("p", " · ".join(fact for fact in facts if fact), cls="street-facts")


def _people(view: View, key: str, n: int | None) -> str | None:
    return view.text(key, n=people_text(view, n)) if n else None


def sentence(here: Here) -> str:
    """The place in a sentence or two: the worst sign, how long, whose; or that all is well."""
    view, counts = here.view, here.standing.counts
    missing = counts.stale + counts.unknown
    if all(cell.at is None for cell in here.cells.values()):
        return view.text("wall.say.empty")
    if counts.blind:
        return view.text("street.say.blind", unknown=missing, total=counts.applies)
    more = view.text("wall.say.unknown", unknown=missing) if missing else ""
    if here.standing.state in (State.ALARM, State.WARNING):
        return _worst(here) + more
    key = "wall.say.calm.watch" if counts.attention else "wall.say.calm"
    place = here.standing.place
    said = view.text(
        key,
        city=view.name(place.name),
        total=counts.applies,
        normal=counts.normal,
        attention=counts.attention,
    )
    return said + more


def _worst(here: Here) -> str:
    view, city = here.view, here.city
    sign = city.sign[here.troubles[0]]
    cell = here.cells[sign.code]
    owner = city.department[sign.department]
    values = {
        "place": view.name(here.standing.place.short),
        "sign": view.name(sign.short),
        "value": mark.with_unit(view, sign, cell.value),
        "state": state_word(view, cell.state),
        "owner": view.name(owner.tight),
    }
    if cell.since is None:
        said = view.text("wall.say.worst.plain", **values)
    else:
        span = lasting(view, here.picture.as_of - cell.since)
        said = view.text("wall.say.worst", lasting=span, **values)
    return said + _others(view, here.standing.counts, cell.state)


def _others(view: View, counts: Counts, own: State) -> str:
    left = {state: counts.of(state) - (state is own) for state in reversed(GRADED)}
    parts = [
        view.text("wall.say.count", n=n, state=state_word(view, state))
        for state, n in left.items()
        if n
    ]
    if not parts:
        return view.text("wall.say.end")
    return view.text("wall.say.others", list=view.text("wall.say.join").join(parts))


def counts_line(view: View, counts: Counts) -> Node:
    """Signs by state; stale, without data and not defined apart."""
    parts: list[Node] = [
        el("span", mark.state(view, state), el("b", str(counts.of(state))), data_count=state.value)
        for state in (*reversed(GRADED), State.NORMAL)
    ]
    apart = (
        ("stale", counts.stale),
        ("unknown", counts.unknown),
        ("absent", counts.absent),
        ("whole", counts.whole),
    )
    parts += [
        el("span", view.text(f"streets.col.{name}"), " ", el("b", str(n)), data_count=name)
        for name, n in apart
        if n
    ]
    return el("p", *parts, cls="street-counts")


def index_block(here: Here) -> list[Node]:
    """The index, what it was, what the missing data could hide; the receipt; the goals."""
    view, standing = here.view, here.standing
    index = standing.index
    lines: list[Node] = [
        el("h2", view.text("street.index")),
        el("p", index_text(index.value), cls="street-figure", data_blind=standing.counts.blind),
        _then(view, "street.day", index.value, standing.day_ago),
        _then(view, "street.week", index.value, standing.week_ago),
    ]
    if index.excluded and index.low is not None:
        low = view.text("street.low", n=index.excluded, low=index_text(index.low))
        lines.append(el("p", low))
    goals = [_goal(here, goal.code, view.name(goal.name)) for goal in here.city.goals]
    return [
        el("div", *lines, cls="street-index"),
        el(
            "div", *receipt(here, index), el("dl", *goals, cls="street-goals"), cls="street-receipt"
        ),
    ]


def _then(view: View, key: str, now: float | None, past: Past | None) -> Node:
    if past is None or past.value is None:
        return el("p", view.text(f"{key}.none"))
    said = view.text(key, value=index_text(past.value))
    moved = delta(now, past.value)
    return el("p", said, el("small", view.text("street.moved", delta=moved)) if moved else None)


def _goal(here: Here, goal: str, name: str) -> Node:
    codes = [sign.code for sign in here.city.signs if sign.goal == goal]
    value = here.picture.index(here.standing.place.code, codes).value
    return el("div", el("dt", name), el("dd", index_text(value)), data_goal=goal)


def receipt(here: Here, index: Index) -> list[Node]:
    """Every deduction in hundredths: 100 minus their sum is the index, to the last digit."""
    view = here.view
    if index.value is None:
        return [el("p", view.text("wall.index.none"), cls="desk-empty")]
    if not index.detractors:
        return [el("p", view.text("wall.detractors.none"))]
    whole = max(d.points for d in index.detractors)
    lines = [_line(here, d, whole) for d in index.detractors]
    first, rest = lines[:SHOWN], index.detractors[SHOWN:]
    said: list[Node] = [el("div", *first, cls="street-lines")]
    if len(rest) == 1:
        said = [el("div", *lines, cls="street-lines")]
    elif rest:
        more = view.text("wall.detractors.rest", n=len(rest))
        points = el("b", minus(hundredths(rest)), data_points=str(hundredths(rest)))
        folded = el("div", *lines[SHOWN:], cls="street-lines")
        said.append(
            el(
                "details",
                el("summary", el("span", more), points),
                folded,
                cls="street-rest",
                id="street-rest",  # stays open when it is painted again
            )
        )
    lost = hundredths(index.detractors)
    total = view.text("street.sum", lost=plain(lost), value=plain(max(0, 10_000 - lost)))
    return [
        *said,
        el("p", el("span", view.text("street.sum.head")), el("b", total), cls="street-sum"),
        *(el("p", text, cls="street-versions") for text in made_by(here)),
    ]


def made_by(here: Here) -> list[str]:
    """The versions of the weights and of the cut-offs behind the listed deductions."""
    listed = {sign: here.editions[sign] for sign in here.troubles if sign in here.editions}
    cuts = cut_words(here.view, here.city, listed)
    return [weights_words(here.view, here.picture.weights), *cuts]


def _line(here: Here, detractor: Detractor, whole: float) -> Node:
    view, sign = here.view, here.city.sign[detractor.sign]
    points = hundredths([detractor])
    address = view.href(here.question.path, sign=sign.code)
    return el(
        "div",
        mark.state(view, detractor.state),
        el("a", view.name(sign.short), href=address, data_stay=""),
        _bar(detractor.points / whole),
        el("b", minus(points), data_points=str(points)),
        data_sign=sign.code,
    )


def _bar(share: float) -> Node:
    rect = el("rect", x=0, y=0, width=max(1.0, 100 * share), height=6)
    return el(
        "svg",
        rect,
        cls="street-bar",
        viewBox="0 0 100 6",
        preserveAspectRatio="none",
        aria_hidden="true",
    )


def hundredths(detractors: Sequence[Detractor]) -> int:
    """The sum of deductions in hundredths of a point, exactly."""
    return sum(round(d.points * 100) for d in detractors)


def plain(points: int) -> str:
    """Hundredths of a point as a number with two decimals."""
    return f"{points // 100}.{points % 100:02d}"


def minus(points: int) -> str:
    """A deduction."""
    return f"{mark.MINUS}{plain(points)}" if points else NONE
