"""口径: what a sign means: how it adds up, where it comes from, its cut-offs, who answers."""

from dashboard.components import aims, mark
from dashboard.components.light import Node, el, table
from dashboard.components.times import span
from dashboard.components.units import unit_name
from dashboard.components.view import View
from dashboard.desks.sign.sign_now import Here
from dashboard.words.labels import table as labels
from domain.catalogue import Catalogue
from domain.indicator import Indicator, Rule, Thresholds
from domain.judging import lines_of
from domain.picture import Cell
from domain.sign import GRADED, Sign
from domain.state import CLEAR_SHARE, Lines
from domain.target import Target
from domain.unit import DEPARTMENT

NONE = "—"


def section(here: Here) -> list[Node]:
    """The panel of the sign that a page is about, with its heading."""
    heading = el("h2", here.view.text("definition"))
    shown = panel(here.view, here.city, here.sign, here.place, here.cell, here.now_ms)
    return [heading, *shown]


def panel(
    view: View, catalogue: Catalogue, sign: Indicator, place: str, cell: Cell | None, now_ms: int
) -> list[Node]:
    """Facts, then the table of cut-offs by date and which of them judged the value of the cell; at
    a street with the cut-offs that hold there."""
    facts = [
        ("formula", formula(view, sign)),
        *_stream(view, catalogue, sign),
        ("owner", _owner(view, catalogue, sign)),
        ("worse", view.text(f"definition.worse.{sign.direction}")),
        ("change", change(view, sign)),
        ("basis", _basis(view, sign)),
        *(("target", _target(view, sign, t)) for t in catalogue.targets.get(sign.code, ())),
        ("code", sign.code),
    ]  # fmt: skip
    parts: list[Node] = [
        el(
            "dl",
            *(el("div", el("dt", view.text(f"definition.{key}")), el("dd", said))
              for key, said in facts),
            cls="definition-facts",
        )
    ]  # fmt: skip
    parts.append(_versions(view, sign))
    judged = None if cell is None else cell.version
    if judged is not None:
        said = view.text("definition.judged", version=judged)
        parts.append(el("p", said, cls="desk-note", data_judged=judged))
    if place != catalogue.code and sign.threshold_rule.startswith("scale_"):
        lines = lines_of(catalogue, sign, place, judged, now_ms)
        street = catalogue.street[place]
        said = view.text(
            "definition.scaled",
            place=view.name(street.name),
            by=_scaled_by(view, sign),
            list=view.text("signs.join").join(
                f"{view.text(f'state.{state}')} {_edges(view, sign, lines, n)}"
                for n, state in enumerate(GRADED)
            ),
        )
        parts.append(el("p", said, cls="desk-note"))
    return parts


def formula(view: View, indicator: Indicator) -> str:
    """How the parts add up; of a sign also how points add up to a street."""
    rules, said = [indicator.rule], view.text(f"about.rule.{indicator.rule}")
    if isinstance(indicator, Sign):
        rules.append(indicator.street_rule)
        street = (
            view.text(f"about.rule.{indicator.street_rule}")
            if indicator.at_street
            else mark.absence(view, indicator)
        )
        said = view.text("definition.formula.said", street=street, district=said)
    by = view.name(indicator.denominator)
    key = "definition.denominator" if Rule.RATIO in rules else "definition.weight"
    weight = view.text(key, by=by) if by else ""
    return said + weight + (view.text("definition.adds_up") if indicator.adds_up else "")


def change(view: View, indicator: Indicator) -> str:
    """How long a state takes to worsen and what clears it."""
    raised = view.text("definition.raise.now")
    if indicator.raise_after_s:
        raised = view.text("definition.raise", span=span(view, indicator.raise_after_s * 1000))
    cleared = view.text("definition.clear", share=f"{CLEAR_SHARE * 100:g}", n=indicator.clear_after)
    return raised + cleared


def _stream(view: View, catalogue: Catalogue, indicator: Indicator) -> list[tuple[str, str]]:
    """Where the values come from and how often; nothing where they are counted from facts."""
    if not isinstance(indicator, Sign):
        return []
    found = catalogue.source.get(indicator.source)
    cadence, stale = (
        span(view, seconds * 1000) for seconds in (indicator.cadence_s, indicator.stale_after_s)
    )
    return [
        ("source", view.name(found.name) if found else indicator.source),
        ("cadence", view.text("definition.cadence.said", cadence=cadence, stale=stale)),
    ]


def _owner(view: View, catalogue: Catalogue, indicator: Indicator) -> str:
    names = [
        unit_name(view, catalogue, DEPARTMENT, code)
        for code in (indicator.department, *indicator.co_departments)
    ]
    said = names[0]
    if indicator.owner_note and view.lang == "zh" and indicator.owner_note != said:
        said = view.text("definition.owner.note", owner=said, note=indicator.owner_note)
    if len(names) > 1:
        others = view.text("signs.join").join(names[1:])
        said = view.text("definition.owner.co", owner=said, others=others)
    return said


def _basis(view: View, indicator: Indicator) -> str:
    key = f"about.basis.{indicator.basis_type}"
    kind = view.text(key) if key in labels() else indicator.basis_type
    said = view.name(indicator.basis)
    if not said:
        return kind
    if said.casefold().startswith(kind.casefold()):  # not: 假定：假定，参照…
        return kind + said[len(kind) :]
    return view.text("definition.basis.said", kind=kind, basis=said)


def _target(view: View, indicator: Indicator, target: Target) -> str:
    """What is wanted, of what, from when to when, and where that is from."""
    parts = [
        view.text(f"aim.of.{name}", target=aims.wanted(view, indicator, value))
        for name, value in (("district", target.district), ("street", target.street))
        if value is not None
    ]
    said = {
        "list": view.text("signs.join").join(parts),
        "over": view.text(f"aim.over.{target.over}"),
        "since": target.valid_from,
        "basis": aims.basis(view, target),
    }
    if target.valid_to is None:
        return view.text("definition.target.said", **said)
    return view.text("definition.target.ended", until=target.valid_to, **said)


def _versions(view: View, sign: Indicator) -> Node:
    columns = ("version", "from", "to", "normal", *(str(state) for state in GRADED))
    rows = [
        {
            "version": str(t.version),
            "from": t.valid_from,
            "to": t.valid_to or view.text("definition.open"),
            "normal": _usual(view, sign, t),
            **{str(s): _bounds(view, sign, t.bounds(s).low, t.bounds(s).high) for s in GRADED},
        }
        for t in reversed(sign.thresholds)
    ]
    heads: list[Node] = [view.text(f"definition.col.{name}") for name in columns[:4]]
    heads += [mark.state(view, state) for state in GRADED]
    return el(
        "div",
        table(heads, rows, columns, cls="grid-table definition-versions"),
        cls="definition-scroll",
    )


def _usual(view: View, sign: Indicator, cuts: Thresholds) -> str:
    low, high = cuts.normal.low, cuts.normal.high
    if low is None and high is None:
        return NONE
    ends = [NONE if v is None else mark.figure(view, sign, v) for v in (low, high)]
    return " – ".join(ends)


def _bounds(view: View, sign: Indicator, low: float | None, high: float | None) -> str:
    parts = []
    if low is not None:
        parts.append("≤ " + mark.with_unit(view, sign, low, threshold=True))
    if high is not None:
        parts.append("≥ " + mark.with_unit(view, sign, high, threshold=True))
    return view.text("definition.or").join(parts) or NONE


def _edges(view: View, sign: Indicator, lines: Lines, n: int) -> str:
    return _bounds(view, sign, lines.lower[n], lines.higher[n])


def _scaled_by(view: View, sign: Indicator) -> str:
    key = f"definition.{sign.threshold_rule}"
    return view.text(key) if key in labels() else sign.threshold_rule
