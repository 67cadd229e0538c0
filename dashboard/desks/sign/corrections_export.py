"""The corrections of a sign at a place: every telling of each reading that was told otherwise."""

from dashboard.components.period import Period
from dashboard.export.ask import Ask
from dashboard.export.document import MAX_ROWS, Document, Kind
from dashboard.export.meaning import meaning
from data_access.intake.revisions import corrections

_TIME = 20
_READINGS = MAX_ROWS // 4  # of which each has two rows at the least


def corrections_table(ask: Ask) -> Document:
    """The newest reading first, its tellings in the order of their revisions."""
    sign, place, city = ask.sign(), ask.place(), ask.city
    period = Period.of(ask.given, ask.services.now_ms, city.zone)
    of = None if place == city.code else place
    span = (period.from_ms, period.to_ms)
    found = corrections(ask.services.db, ask.actor, sign.code, of, *span, _READINGS)
    columns = (
        ask.column("observed", Kind.TIME, _TIME),
        *(ask.column("place_code"), ask.column("place", width=22)),
        *(ask.column("source"), ask.column("point")),
        *(ask.column(n, Kind.NUMBER) for n in ("revision", "value", "weight", "denominator")),
        *(ask.column("unit"), ask.column("stands"), ask.column("received", Kind.TIME, _TIME)),
    )
    unit = ask.view.name(sign.measured_in)
    rows = [
        (
            *(told.observed_at, told.street_code, ask.place_name(told.street_code)),
            *(told.source, told.point, told.revision, told.value, told.weight),
            *(told.denominator, unit, ask.text("yes") if told is each[-1] else None),
            told.received_at,
        )
        for each in found
        for told in each
    ]
    facts = ask.marks(
        ask.services.now_ms,
        sign=ask.sign_name(sign.code),
        place=ask.place_name(place),
        period=f"{ask.when(period.from_ms)} – {ask.when(period.to_ms)}",
    )
    demo = ask.simulated()
    return ask.short(
        "corrections", columns, rows[:MAX_ROWS], facts, meaning(ask, [sign]), demo=demo
    )
