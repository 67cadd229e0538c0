"""A target beside a value: what is wanted, whether it is so, and how far, in words and a glyph."""

from dashboard.components import mark
from dashboard.components.light import Node, el
from dashboard.components.view import View
from dashboard.words.labels import table as labels
from domain.aim import Aim, Reached
from domain.indicator import Direction, Indicator
from domain.target import Over, Target

COLUMNS = ("target", "gap")
_GLYPHS = {  # drawn, so that forced colours and print keep them
    Reached.MET: "M2 6.5L4.8 9.5L10 2.5",
    Reached.MISSED: "M2.5 2.5L9.5 9.5M9.5 2.5L2.5 9.5",
    Reached.UNKNOWN: "M2 6h8",
}


def heads(view: View) -> list[Node]:
    """The titles of the two columns."""
    return [view.text(f"aim.col.{name}") for name in COLUMNS]


def common_head(view: View, indicator: Indicator, aim: Aim) -> Node:
    """The title of 差距 alone, with the target that all rows share."""
    over = view.text(f"aim.over.{aim.target.over}")
    said = el("small", f"{wanted(view, indicator, aim.wanted)} {over}")
    return el("span", view.text("aim.col.gap"), said, cls="aim-head")


def cells(view: View, indicator: Indicator, aim: Aim | None) -> dict[str, Node | list[Node]]:
    """What stands in the two columns; nothing where there is no target."""
    if aim is None:
        return {"target": "", "gap": ""}
    over = el("small", view.text(f"aim.over.{aim.target.over}"))
    return {
        "target": [wanted(view, indicator, aim.wanted), over],
        "gap": [verdict(view, indicator, aim)],
    }


def wanted(view: View, indicator: Indicator, value: float) -> str:
    """`≤ 9 %`: a target with the side that is good."""
    relation = "≤" if indicator.direction is Direction.HIGHER_WORSE else "≥"
    return f"{relation} {mark.with_unit(view, indicator, value)}"


def verdict(view: View, indicator: Indicator, aim: Aim) -> Node:
    """达标, 未达标 or 未知 behind its glyph, with how far."""
    glyph = el(
        "svg",
        el("path", d=_GLYPHS[aim.reached]),
        viewBox="0 0 12 12",
        cls="aim-glyph",
        aria_hidden="true",
    )
    word = el("b", view.text(f"aim.{aim.reached}"))
    far = el("span", far_text(view, indicator, aim), cls="aim-far") if aim.gap else None
    return el("span", glyph, word, far, cls="aim", data_reached=aim.reached.value)


def far_text(view: View, indicator: Indicator, aim: Aim) -> str:
    """How far the value lies from the target, in its unit of measure, without plus or minus."""
    gap = abs(aim.gap or 0.0)
    key = "aim.by.met" if aim.reached is Reached.MET else "aim.by.missed"
    return view.text(key, gap=mark.with_unit(view, indicator, gap))


def sentence(view: View, indicator: Indicator, aim: Aim) -> Node:
    """The target on a sign's own page: what is wanted, the value of its period, the verdict."""
    said: list[Node] = [
        el("span", view.text("aim.col.target"), cls="aim-name"),
        el("b", wanted(view, indicator, aim.wanted)),
        view.text(f"aim.over.{aim.target.over}"),
    ]
    if aim.value is not None and aim.target.over is not Over.NOW:
        value = mark.with_unit(view, indicator, aim.value)
        said.append(view.text(f"aim.value.{aim.target.over}", value=value))
    said.append(verdict(view, indicator, aim))
    if aim.reached is Reached.UNKNOWN:
        said.append(el("small", view.text(f"aim.why.{aim.target.over}")))
    parts = [part for node in said for part in (node, " ")]
    return el("p", *parts[:-1], cls="aim-line")


def basis(view: View, target: Target) -> str:
    """Where a target is from, with how sure that is."""
    key = f"about.basis.{target.basis_type}"
    kind = view.text(key) if key in labels() else target.basis_type
    said = view.name(target.basis)
    if said.casefold().startswith(kind.casefold()):  # not: 假定：假定：…
        return kind + said[len(kind) :]
    return view.text("definition.basis.said", kind=kind, basis=said)
