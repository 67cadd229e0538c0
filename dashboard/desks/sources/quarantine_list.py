"""One source and what of it lies in quarantine. In light elements."""

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard.components.light import Node, el, table
from dashboard.components.refusal import refusal
from dashboard.components.times import day_and_time, grouped, span
from dashboard.components.view import View
from dashboard.desks.sources.source_list import NONE, PATH, lag, owner, standing, standing_mark
from dashboard.words.labels import table as labels
from data_access.intake.quarantine import PAGE, Quarantined
from data_access.intake.sources import SourceRow
from domain.catalogue import Catalogue

NAMED_REASONS = 4
SHOWN_CHARS = 2_000  # of what was sent, in a table of a hundred rows
COLUMNS = ("received", "via", "reason", "detail", "payload")


def source_facts(view: View, row: SourceRow, catalogue: Catalogue, now_ms: int) -> Node:
    """What is known of a source, in a row of facts."""
    seen = NONE
    if row.last_received is not None:
        seen = day_and_time(row.last_received, now_ms, catalogue.zone)
    facts: dict[str, Node] = {
        "freshness": standing_mark(view, standing(row, now_ms)),
        "owner": owner(view, row, catalogue),
        "cadence": span(view, row.cadence_s * 1000),
        "seen": seen,
        "lag": lag(view, row),
        "accepted": grouped(row.accepted),
        "duplicates": grouped(row.duplicates),
        "quarantined": grouped(row.quarantined),
    }
    if row.retired_at is not None:
        facts["retired"] = day_and_time(row.retired_at, now_ms, catalogue.zone)
    pairs = [
        el("div", el("dt", view.text(f"sources.col.{name}")), el("dd", value))
        for name, value in facts.items()
    ]
    return el("dl", *pairs, cls="facts")


def quarantine_sentence(view: View, reasons: Mapping[str, int]) -> str:
    """How much is in quarantine and why, the most frequent reason first."""
    if not reasons:
        return view.text("quarantine.none")
    ordered = sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0]))
    parts = [
        view.text("quarantine.say.item", reason=reason_name(view, reason), n=grouped(count))
        for reason, count in ordered[:NAMED_REASONS]
    ]
    rest = sum(count for _, count in ordered[NAMED_REASONS:])
    if rest:
        parts.append(view.text("quarantine.say.rest", n=grouped(rest)))
    joined = view.text("sources.say.join").join(parts)
    return view.text("quarantine.say", n=grouped(sum(reasons.values())), list=joined)


def quarantine_table(
    view: View, rows: Sequence[Quarantined] | None, catalogue: Catalogue, now_ms: int
) -> Node | None:
    """The rows as they were sent; None = the reader may not see them."""
    if rows is None:
        return el("p", view.text("quarantine.forbidden"), cls="desk-empty")
    if not rows:
        return None
    return table(
        [view.text(f"quarantine.col.{name}") for name in COLUMNS],
        [_row(view, row, catalogue, now_ms) for row in rows],
        COLUMNS,
        cls="grid-table quarantine-table",
    )


def pages(view: View, source: str, rows: Sequence[Quarantined] | None, before: int | None) -> Node:
    """To the newest rows and to older ones."""
    links: list[Node] = []
    if before is not None:
        newest = view.href(PATH, source=source)
        links.append(el("a", view.text("quarantine.newer"), href=newest))
    if rows is not None and len(rows) == PAGE:
        older = view.href(PATH, source=source, before=rows[-1].id)
        links.append(el("a", view.text("quarantine.older"), href=older))
    return el("p", *links, cls="desk-pages")


def reason_name(view: View, reason: str) -> str:
    """A reason in words; one that an older release has written stays as it is."""
    return _known(view, "reason", reason)


def _row(view: View, row: Quarantined, catalogue: Catalogue, now_ms: int) -> dict[str, Any]:
    return {
        "received": day_and_time(row.received_at, now_ms, catalogue.zone),
        "via": _known(view, "quarantine.via", row.via),
        "reason": reason_name(view, row.reason),
        "detail": refusal(view, row.reason, row.detail),
        "payload": el("code", _clipped(view, row.payload)),
    }


def _clipped(view: View, payload: str) -> str:
    """As much of what was sent as a table can show."""
    if len(payload) <= SHOWN_CHARS:
        return payload
    return payload[:SHOWN_CHARS] + view.text("quarantine.cut", n=grouped(len(payload)))


def _known(view: View, prefix: str, code: str) -> str:
    key = f"{prefix}.{code}"
    return view.text(key) if key in labels() else code
