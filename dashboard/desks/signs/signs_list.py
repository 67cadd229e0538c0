"""The list of all signs: sentence, filters, table. From the picture of the moment."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.components import aims, gauge, mark
from dashboard.components.light import Node, el, table
from dashboard.components.moment import ageing
from dashboard.components.times import span, stamp
from dashboard.components.units import sign_path
from dashboard.components.view import View
from dashboard.desks.signs.signs_question import SORTS, SignsQuestion
from domain.aim import Aim
from domain.catalogue import Catalogue
from domain.picture import Cell, how_bad, worst_first
from domain.place import Named
from domain.sign import GRADED, Sign, State
from domain.text import LANGUAGES
from domain.zone import Zone

COLUMNS = ("state", "name", "domain", "gauge", "value", "unit", "since", "owner")
NUMBERS = frozenset({"value"})
STATES = (*reversed(GRADED), State.NORMAL, State.UNKNOWN)


@dataclass(frozen=True, slots=True)
class SignLine:
    """One sign of the list as it stands in the district."""

    sign: Sign
    cell: Cell
    owner: str


def lines(view: View, city: Catalogue, cells: Mapping[str, Cell]) -> list[SignLine]:
    """Every sign that there is a cell of, in the catalogue's order."""
    return [
        SignLine(sign, cells[sign.code], _owner(view, city, sign))
        for sign in city.signs
        if sign.code in cells
    ]


def chosen(question: SignsQuestion, every: Sequence[SignLine]) -> list[SignLine]:
    """The signs that the question asks for, in its order."""
    shown = [line for line in every if _fits(question, line)]
    name = (question.sort or "state").removeprefix("-")
    turned = (question.sort or "").startswith("-")
    if name in ("state", "gauge"):  # the worst first, unknown ones after all that is known
        shown.sort(key=_WORST[name])
        if turned:
            shown.reverse()
    else:
        shown.sort(key=lambda line: _PLAIN[name](line, question.view), reverse=turned)
    return shown


_WORST: dict[str, Callable[[SignLine], tuple[float, ...]]] = {
    "state": lambda line: how_bad(line.cell),
    "gauge": lambda line: (_shown_at(line.cell), *how_bad(line.cell)),
}
_PLAIN: dict[str, Callable[[SignLine, View], tuple[str | int, ...]]] = {
    "code": lambda line, _: (line.sign.code,),
    "name": lambda line, view: (view.name(line.sign.name).lower(),),
    "domain": lambda line, _: (line.sign.domain, line.sign.code),
    "owner": lambda line, _: (line.owner, line.sign.code),
    "since": lambda line, _: (-(line.cell.since or 0),),
}


def _shown_at(cell: Cell) -> float:
    """How far left its mark stands in the gauge; behind all others without a fresh value."""
    return 1.0 if cell.badness is None else -cell.badness


def sentence(view: View, city: Catalogue, every: Sequence[SignLine], now_ms: int) -> str:
    """How many stand how, and the worst by name with its owner."""
    found = Counter(line.cell.state for line in every)
    if not every or found[State.UNKNOWN] == len(every):
        return view.text("wall.say.empty")
    parts = [
        view.text("signs.say.item", n=found[state], state=_word(view, state))
        for state in STATES
        if found[state]
    ]
    said = view.text("signs.say", n=len(every), list=view.text("signs.join").join(parts))
    bad = [line for line in every if line.cell.state in GRADED]
    if not bad:
        return said + view.text("signs.say.calm")
    worst = worst_first(bad, lambda line: line.cell)[0]
    since = worst.cell.since if worst.cell.since is not None else now_ms
    return said + view.text(
        "signs.say.worst",
        sign=view.name(worst.sign.short),
        value=mark.with_unit(view, worst.sign, worst.cell.value),
        state=_word(view, worst.cell.state),
        span=span(view, max(0, now_ms - since)),
        owner=worst.owner,
    )


def filters(question: SignsQuestion, city: Catalogue, every: Sequence[SignLine]) -> Node:
    """The choice of a state with its counts, then the other filters as one form."""
    view = question.view
    others = [line for line in every if _fits(question, line, but_state=True)]
    found = Counter(line.cell.state.value for line in others)
    choices: list[tuple[str | None, Node, int]] = [(None, view.text("signs.all"), len(others))]
    choices += [(s.value, mark.state(view, s), found[s.value]) for s in STATES]
    links = [
        el(
            "a",
            name,
            el("i", str(count)),
            cls="choice choice-here" if value == question.state else "choice",
            href=question.href(state=value),
            aria_current="true" if value == question.state else None,
        )
        for value, name, count in choices
    ]
    states = el("nav", *links, cls="choices", aria_label=view.text("signs.by.state"))
    return el("div", states, _shows(question), _form(question, city, every), cls="signs-filters")


def sign_table(
    question: SignsQuestion,
    city: Catalogue,
    shown: Sequence[SignLine],
    now_ms: int,
    targets: Mapping[str, Aim],
) -> Node:
    """The rows as a table whose heads sort; a word when none is left."""
    view = question.view
    if not shown:
        return el("p", view.text("signs.empty"), cls="desk-empty")
    names = {d.code: view.name(d.name) for d in city.domains}
    rows = [_row(view, city, line, names, now_ms) for line in shown]
    heads: list[Node] = [_head(question, name) for name in COLUMNS]
    columns: tuple[str, ...] = COLUMNS
    if any(line.sign.code in targets for line in shown):  # before the owner
        columns = (*COLUMNS[:-1], *aims.COLUMNS, COLUMNS[-1])
        heads[-1:-1] = aims.heads(view)
        for line, row in zip(shown, rows, strict=True):
            row |= aims.cells(view, line.sign, targets.get(line.sign.code))
    made = table(heads, rows, columns, numbers=NUMBERS, cls="grid-table sign-table")
    sort = question.sort or "state"
    for name, head in zip(columns, made[2][2][2:], strict=True):
        if name == sort.removeprefix("-"):
            head[1]["aria-sort"] = "ascending" if sort.startswith("-") else "descending"
    return made


def _fits(question: SignsQuestion, line: SignLine, *, but_state: bool = False) -> bool:
    sign, cell = line.sign, line.cell
    text = (question.q or "").lower()
    names = [sign.code, *(name.of(lang) for name in (sign.name, sign.short) for lang in LANGUAGES)]
    return (
        question.domain in (None, sign.domain)
        and question.goal in (None, sign.goal)
        and question.department in (None, sign.department)
        and question.freshness in (None, cell.freshness.value)
        and (but_state or question.state in (None, cell.state.value))
        and (not text or any(text in name.lower() for name in names))
    )


def _row(
    view: View, city: Catalogue, line: SignLine, domains: Mapping[str, str], now_ms: int
) -> dict[str, Any]:
    sign, cell = line.sign, line.cell
    zone = city.zone
    value, unit = mark.value(view, sign, cell)
    link = el("a", view.name(sign.name), href=view.href(sign_path(sign.code)))
    return {
        "": ageing(sign, cell),
        "state": mark.state(view, cell),
        "name": [link, el("small", sign.code)],
        "domain": domains.get(sign.domain, sign.domain),
        "gauge": gauge.gauge(view, cell),
        "value": value,
        "unit": unit,
        "since": [
            _since(view, cell, now_ms, zone),
            mark.freshness_or_later(view, cell, now_ms, zone),
        ],
        "owner": line.owner,
    }


def _since(view: View, cell: Cell, now_ms: int, zone: Zone) -> Node:
    if cell.since is None:
        return "" if cell.at is not None else mark.DASH
    lasting = span(view, max(0, now_ms - cell.since))
    at = stamp(cell.since, now_ms, zone)
    return el("span", view.text("signs.since", time=at, span=lasting))


def _head(question: SignsQuestion, name: str) -> Node:
    view = question.view
    if name == "gauge":
        return el("span", _sorter(question, name), gauge.head(view), cls="sign-table-gauge")
    return _sorter(question, name) if name in SORTS else view.text(f"signs.col.{name}")


def _sorter(question: SignsQuestion, name: str) -> Node:
    now = question.sort or "state"
    turned = f"-{name}" if now == name else name
    text = question.view.text(f"signs.col.{name}")
    return el("a", text, href=question.href(sort=None if turned == "state" else turned))


def _shows(question: SignsQuestion) -> Node:
    """Table or small multiples."""
    view = question.view
    links = [
        el(
            "a",
            view.text(f"signs.show.{name}"),
            cls="choice choice-here" if question.show == value else "choice",
            href=question.href(show=value),
            aria_current="true" if question.show == value else None,
        )
        for name, value in (("table", None), ("charts", "charts"))
    ]
    return el("nav", *links, cls="choices", aria_label=view.text("signs.show"))


def _form(question: SignsQuestion, city: Catalogue, every: Sequence[SignLine]) -> Node:
    view = question.view
    owners = sorted({(line.owner, line.sign.department) for line in every})
    kept = {"state": question.state, "sort": question.sort, "show": question.show,
            "theme": view.theme, "lang": None if view.lang == "zh" else view.lang}  # fmt: skip
    hidden = [
        el("input", type="hidden", name=name, value=value)
        for name, value in kept.items()
        if value is not None
    ]
    search = el(
        "input",
        type="search",
        name="q",
        value=question.q,
        maxlength=40,
        placeholder=view.text("signs.search"),
        aria_label=view.text("signs.search"),
    )
    selects = [
        _select(view, "domain", _named(view, city.domains), question.domain),
        _select(view, "goal", _named(view, city.goals), question.goal),
        _select(
            view,
            "freshness",
            [(f, view.text(f"freshness.{f}")) for f in ("live", "late", "stale", "never")],
            question.freshness,
        ),
        _select(view, "department", [(code, name) for name, code in owners], question.department),
    ]
    send = el("button", view.text("signs.find"), type="submit")
    parts = [*hidden, search, *selects, send]
    if any((question.q, question.domain, question.goal, question.freshness, question.department)):
        bare = question.href(q=None, domain=None, goal=None, freshness=None, department=None)
        parts.append(el("a", view.text("signs.clear"), href=bare))
    return el("form", *parts, method="get", data_auto="", cls="signs-form", role="search")


def _named(view: View, group: Iterable[Named]) -> list[tuple[str, str]]:
    return [(one.code, view.name(one.name)) for one in group]


def _select(view: View, name: str, choices: Iterable[tuple[str, str]], here: str | None) -> Node:
    first = el("option", view.text(f"signs.any.{name}"), value="")
    options = [el("option", text, value=code, selected=code == here) for code, text in choices]
    return el("select", first, *options, name=name, aria_label=view.text(f"signs.by.{name}"))


def _owner(view: View, city: Catalogue, sign: Sign) -> str:
    found = city.department.get(sign.department)
    return view.name(found.tight) if found else sign.department


def _word(view: View, state: State) -> str:
    text = view.text(f"state.{state}")
    return text if view.lang == "zh" else text.lower()
