"""When a desk page was true, and what its values need to age by themselves in the browser.

A renewal may be late or never come. Every element with the attributes of `ageing` grows old by
itself (assets/js/desk/desk_ageing.js) with the server's clock, which `moment` hands over: late
values say how late, and what has become stale loses its state on the spot.

When the engine has said nothing for a while, `moment` says so at once, as the wall does: no value
needs to be old for that. The page then loses its colours (assets/css/desk.css).
"""

import msgspec

from dashboard.components.light import Node, el
from dashboard.components.times import day_and_time, offsets_text, span
from dashboard.components.view import View
from dashboard.words.labels import labels_for
from domain.catalogue import Catalogue
from domain.freshness import late_after_s
from domain.picture import Cell
from domain.sign import Sign

HALTED_MS = 15_000  # three beats of the engine, as in assets/js/base/live.js
WORDS = ("span.", "mark.late", "mark.stale", "state.unknown")


def moment(
    view: View,
    catalogue: Catalogue,
    now_ms: int,
    data_at: int | None,
    demo: bool,
    beat: int | None,
) -> list[Node]:
    """For the container `desk-mark`: when the newest of what is shown was observed (epoch ms;
    None = nothing yet), when the engine last spoke (`beat`) if that is too long ago, 演示数据."""
    words = msgspec.json.encode(labels_for(view.lang, WORDS)).decode()
    said: list[Node] = [view.text("wall.data_time.none")]
    if data_at is not None:
        at = day_and_time(data_at, now_ms, catalogue.zone)
        said = [view.text("desk.data_time"), " ", el("b", at)]
    clock = el(
        "span",
        *said,
        data_now=str(now_ms),
        data_zone=offsets_text(catalogue.zone, now_ms),
        data_words=words,
    )
    marks: list[Node] = [clock, *_halted(view, catalogue, now_ms, beat)]
    return [*marks, el("span", view.text("desk.demo"), cls="desk-demo")] if demo else marks


def _halted(view: View, catalogue: Catalogue, now_ms: int, beat: int | None) -> list[Node]:
    if beat is None or now_ms - beat <= HALTED_MS:
        return []
    at = day_and_time(beat, now_ms, catalogue.zone)
    age = span(view, now_ms - beat)
    title = el("b", view.text("wall.silent.title"))
    text = view.text("wall.silent.text", time=at, age=age)
    return [el("p", title, " ", text, cls="desk-halted", role="alert")]


def ageing(sign: Sign, cell: Cell | None) -> dict[str, str]:
    """Attributes of the element that shows a cell: `el("tr", …, **ageing(sign, cell))`.

    Inside it, elements with data-state lose their state when the value becomes stale; one with
    data-word="state" says so; one with data-word="age" says how late or from when the value is.
    """
    if cell is None:
        return {}
    about = {"data_freshness": cell.freshness.value}
    if cell.at is not None:
        about["data_at"] = str(cell.at)
        about["data_late"] = str(late_after_s(sign.cadence_s, sign.stale_after_s))
        about["data_stale"] = str(sign.stale_after_s)
    return about
