"""The tables of /sources: who reports, and what of it lies in quarantine."""

from werkzeug.exceptions import NotFound

from dashboard.components.refusal import refusal
from dashboard.desks.sources.quarantine_list import reason_name
from dashboard.desks.sources.source_list import STANDINGS, standing, standing_name
from dashboard.export.ask import Ask
from dashboard.export.document import Document, Kind
from data_access.intake.quarantine import quarantined
from data_access.intake.sources import SourceRow, source_list

_TIME = 20
_COUNTS = ("accepted", "duplicates", "quarantined")


def sources(ask: Ask) -> Document:
    """The register, as /sources filters it."""
    now_ms = ask.services.now_ms
    fresh = ask.choice("freshness", STANDINGS)
    rows = [
        row
        for row in source_list(ask.services.db, ask.actor)
        if fresh is None or standing(row, now_ms) == fresh
    ]
    columns = (
        *(ask.column("source_code", width=20), ask.column("source", width=28)),
        *(ask.column("owner", width=22), ask.column("cadence_s", Kind.NUMBER)),
        ask.column("freshness"),
        *(ask.column(name, Kind.TIME, _TIME) for name in ("received", "observed")),
        *(ask.column(name, Kind.NUMBER) for name in _COUNTS),
        ask.column("nature"),
    )
    facts = ask.marks(now_ms, freshness=fresh and standing_name(ask.view, fresh))
    demo = any(row.kind != "live" for row in rows)
    return ask.short("sources", columns, (_row(ask, row) for row in rows), facts, demo=demo)


def quarantine(ask: Ask) -> Document:
    """The newest page of what a source has in quarantine; for those who may see it."""
    code = ask.code("source")
    if code is None:
        raise NotFound("there is no such source")
    given = ask.given.get("before", "")
    before = int(given) if given.isascii() and given.isdigit() and len(given) < 19 else None
    rows = quarantined(ask.services.db, ask.actor, code, before)
    columns = (
        ask.column("received", Kind.TIME, _TIME),
        *(ask.column("via"), ask.column("reason", width=20)),
        *(ask.column("detail", width=40), ask.column("payload", width=60)),
    )
    cells = (
        (
            row.received_at,
            row.via,
            reason_name(ask.view, row.reason),
            refusal(ask.view, row.reason, row.detail),
            row.payload,
        )
        for row in rows
    )
    return ask.short("quarantine", columns, cells, ask.marks(ask.services.now_ms, source=code))


def _row(ask: Ask, row: SourceRow) -> tuple[str | float | None, ...]:
    now_ms = ask.services.now_ms
    return (
        row.code,
        ask.view.name(row.name),
        ask.department_name(row.department),
        row.cadence_s,
        standing_name(ask.view, standing(row, now_ms)),
        *(row.last_received, row.last_observed),
        *(row.accepted, row.duplicates, row.quarantined),
        ask.text("nature.measured" if row.kind == "live" else "nature.demo"),
    )
