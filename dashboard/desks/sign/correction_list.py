"""What was corrected under a chart: each reading with what was said of it, first and last."""

from collections.abc import Mapping, Sequence

from dashboard.components import mark
from dashboard.components.export_links import export_links
from dashboard.components.light import Node, el, table
from dashboard.components.times import stamp
from dashboard.desks.sign.sign_now import Here
from data_access.intake.revisions import Telling

SHOWN = 20
COLUMNS = ("at", "place", "point", "before", "after", "times", "received")
NUMBERS = frozenset({"before", "after", "times"})


def correction_list(
    here: Here,
    found: Sequence[Sequence[Telling]],
    count: int,
    query: Mapping[str, str | int | None],
) -> list[Node]:
    """The section, newest reading first; nothing where nothing was corrected.

    `count` = how many readings of the period were, `found` the newest of them.
    """
    if not found:
        return []
    view = here.view
    columns = [c for c in COLUMNS if c != "place" or here.place == here.city.code]
    heads: list[Node] = [view.text(f"correction.col.{name}") for name in columns]
    rows = [{name: _cell(here, each, name) for name in columns} for each in found]
    title = el("h2", view.text("correction.title"), el("small", str(count)))
    more = view.text("correction.more", n=count - len(found))
    return [
        el("div", title, export_links(view, "corrections", query), cls="sign-course-head"),
        el("p", view.text("correction.lead"), cls="desk-note"),
        table(heads, rows, columns, numbers=NUMBERS, cls="grid-table correction-table"),
        *([el("p", more, cls="desk-note")] if count > len(found) else []),
    ]


def _cell(here: Here, told: Sequence[Telling], column: str) -> Node:
    view, sign, last = here.view, here.sign, told[-1]
    if column == "before":
        said = [mark.with_unit(view, sign, each.value) for each in told[:-1]]
        return el("del", " → ".join(said))
    if column == "after":
        return mark.with_unit(view, sign, last.value)
    if column == "times":
        return str(len(told) - 1)
    if column == "place":
        return here.at(last.street_code)
    if column == "point":
        return last.point or mark.DASH
    at = last.observed_at if column == "at" else last.received_at
    return mark.DASH if at is None else stamp(at, here.now_ms, here.city.zone)
