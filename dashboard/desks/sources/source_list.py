"""The table of sources: who reports, how lately, and what became of it. In light elements."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from dashboard.components.light import Node, el, table
from dashboard.components.times import day_and_time, grouped, span
from dashboard.components.view import View
from data_access.intake.sources import SourceRow
from domain.catalogue import Catalogue
from domain.freshness import Freshness, is_counted, source_freshness

PATH = "/sources"
ARCHIVE, RETIRED = "archive", "retired"
WORST_FIRST: tuple[str, ...] = (
    *(Freshness.STALE, Freshness.LATE, Freshness.NEVER, Freshness.LIVE),
    *(ARCHIVE, RETIRED),
)
STANDINGS: tuple[str, ...] = (*Freshness, ARCHIVE, RETIRED)
"""What a source may be: as fresh as it is, or none that anybody waits for."""

COLUMNS = (
    "system",
    "owner",
    "cadence",
    "seen",
    "lag",
    "freshness",
    "accepted",
    "duplicates",
    "quarantined",
)
NUMBERS = frozenset({"cadence", "seen", "lag", "accepted", "duplicates", "quarantined"})
NONE = "—"


def mark(row: SourceRow, now_ms: int) -> Freshness:
    """How fresh a source is now."""
    return source_freshness(row.last_received, row.last_observed, now_ms, row.cadence_s)


def standing(row: SourceRow, now_ms: int) -> str:
    """One of STANDINGS: what is retired, or an archive, is never lost."""
    if row.retired_at is not None:
        return RETIRED
    found = mark(row, now_ms)
    return found if is_counted(found, row.expected) else ARCHIVE


def sentence(view: View, rows: Sequence[SourceRow], now_ms: int) -> str:
    """The page in a sentence or two, made from its rows."""
    if not rows:
        return view.text("sources.say.none")
    found = Counter(standing(row, now_ms) for row in rows)
    join = view.text("sources.say.join")
    named = {
        f: view.text("sources.say.item", n=found[f], freshness=word(view, f))
        for f in STANDINGS
        if found[f]
    }
    apart = [named.pop(f) for f in (ARCHIVE, RETIRED) if f in named]
    waited = sum(found[f] for f in Freshness)
    said = view.text("sources.say", n=waited, list=join.join(named.values())) if named else ""
    if apart:
        said += view.text("sources.say.apart", list=join.join(apart))
    held = [row.quarantined for row in rows if row.quarantined]
    if not held:
        return said + view.text("sources.say.clean")
    kept = view.text("sources.say.quarantined", n=grouped(sum(held)), sources=len(held))
    return said + kept


def filters(view: View, rows: Sequence[SourceRow], now_ms: int, chosen: str | None) -> Node:
    """The choice of one freshness, as links with their counts."""
    found = Counter(standing(row, now_ms) for row in rows)
    offered = [f for f in STANDINGS if found[f] or f in set(Freshness)]
    choices: list[tuple[str | None, str, int]] = [
        (None, view.text("sources.filter.all"), len(rows)),
        *((str(f), standing_name(view, f), found[f]) for f in offered),
    ]
    links = [
        el(
            "a",
            name,
            el("i", str(count)),
            cls="choice choice-here" if value == chosen else "choice",
            href=view.href(PATH, freshness=value),
            aria_current="true" if value == chosen else None,
        )
        for value, name, count in choices
    ]
    return el("nav", *links, cls="choices", aria_label=view.text("sources.filter"))


def source_table(
    view: View, rows: Sequence[SourceRow], catalogue: Catalogue, now_ms: int, chosen: str | None
) -> Node:
    """The rows of the chosen standing, worst first; a word instead when there are none."""
    shown = [row for row in rows if chosen is None or standing(row, now_ms) == chosen]
    if not shown:
        none = view.text("sources.say.none")
        if chosen is not None:
            none = view.text("sources.empty", freshness=word(view, chosen))
        return el("p", none, cls="desk-empty")
    shown.sort(key=lambda row: (WORST_FIRST.index(standing(row, now_ms)), row.code))
    return table(
        [view.text(f"sources.col.{name}") for name in COLUMNS],
        [_row(view, row, catalogue, now_ms) for row in shown],
        COLUMNS,
        numbers=NUMBERS,
        cls="grid-table source-table",
    )


def standing_name(view: View, found: str) -> str:
    """A standing as it is called."""
    key = "sources.standing" if found in (ARCHIVE, RETIRED) else "freshness"
    return view.text(f"{key}.{found}")


def standing_mark(view: View, found: str) -> Node:
    """Shape, colour and word."""
    return el("span", standing_name(view, found), cls="fresh", data_freshness=str(found))


def owner(view: View, row: SourceRow, catalogue: Catalogue) -> str:
    """The department that answers for the source."""
    department = catalogue.department.get(row.department or "")
    if department is None:
        return row.department or view.text("sources.no_owner")
    return view.name(department.short)


def lag(view: View, row: SourceRow) -> str:
    """How far the newest observation lay behind the arrival of its batch."""
    if row.last_received is None or row.last_observed is None:
        return NONE
    return span(view, max(0, row.last_received - row.last_observed))


def word(view: View, found: str) -> str:
    """A standing inside a sentence."""
    text = standing_name(view, found)
    return text if view.lang == "zh" else text.lower()


def _row(view: View, row: SourceRow, catalogue: Catalogue, now_ms: int) -> dict[str, Any]:
    return {
        "system": _system(view, row),
        "owner": owner(view, row, catalogue),
        "cadence": span(view, row.cadence_s * 1000),
        "seen": _seen(view, row, catalogue, now_ms),
        "lag": lag(view, row),
        "freshness": standing_mark(view, standing(row, now_ms)),
        "accepted": grouped(row.accepted),
        "duplicates": grouped(row.duplicates),
        "quarantined": _quarantined(view, row),
    }


def _system(view: View, row: SourceRow) -> list[Node]:
    name = view.name(row.name)
    kind = None if row.kind == "live" else el("em", view.text(f"sources.kind.{row.kind}"))
    return [
        el("a", name, href=view.href(PATH, source=row.code)),
        el("small", el("span", row.code), kind),
    ]


def _seen(view: View, row: SourceRow, catalogue: Catalogue, now_ms: int) -> list[Node]:
    if row.last_received is None:
        return [NONE]
    age = span(view, max(0, now_ms - row.last_received))
    at = day_and_time(row.last_received, now_ms, catalogue.zone)
    return [el("span", view.text("sources.ago", age=age)), el("small", at)]


def _quarantined(view: View, row: SourceRow) -> Node:
    if not row.quarantined:
        return "0"
    return el("a", grouped(row.quarantined), href=view.href(PATH, source=row.code))
