"""The course of a sign over a period, with its corrections and its notes."""

from dashboard.components.chart import Subject, by_week, chart
from dashboard.components.export_links import export_links
from dashboard.components.light import Node, el
from dashboard.components.period import Period
from dashboard.components.png_button import png_button
from dashboard.desks.sign.correction_list import SHOWN, correction_list
from dashboard.desks.sign.note_list import note_list
from dashboard.desks.sign.sign_now import Here, figures
from dashboard.desks.sign.sign_question import SignQuestion
from dashboard.desks.spec import Parts, Visit
from data_access.intake.provisional import provisional_instants
from data_access.intake.revisions import corrected_instants, corrections
from data_access.series.notes import notes_on
from data_access.series.series_query import Ask, course
from domain.clock import DAY_MS, MINUTE_MS, slot_start


def course_parts(visit: Visit[SignQuestion], here: Here, period: Period) -> Parts:
    """The chart, the corrections and the notes of a period."""
    db, actor, city = visit.db, visit.actor, here.city
    found = course(db, actor, city, _ask(visit, here, period))
    notes = notes_on(db, actor, here.place, here.sign.code, period.from_ms, period.to_ms)
    of = None if here.place == city.code else here.place
    asked = (db, actor, here.sign.code, of, period.from_ms, period.to_ms)
    early, again = provisional_instants(*asked), corrected_instants(*asked)
    newest = corrections(*asked, SHOWN) if again else []
    subject = Subject(here.sign, here.place, here.place_name, here.cell, here.now_ms)
    query = {**here.question.filters(), "sign": here.sign.code, "place": here.place, "pick": None}
    said = None if visit.said is None else visit.view.text(visit.said)
    return {
        "sign-course": [
            figures(here, period, found, len(early), len(again)),
            chart(here.view, city, subject, period, found, notes),
            _take_away(here, period, query),
        ],
        "sign-corrections": correction_list(here, newest, len(again), query),
        "sign-notes": note_list(here.view, notes, actor, period, said, here.now_ms),
    }


def no_course() -> Parts:
    """Of a sign that is not defined at the place."""
    return {"sign-course": [], "sign-notes": [], "sign-corrections": []}


def _take_away(here: Here, period: Period, query: dict[str, str | int | None]) -> Node:
    """Links to the table, and to a picture that says what it is and where it comes from."""
    heading = f"{here.name} · {here.place_name} · {period.label(here.view)}"
    source = here.city.source.get(here.sign.source)
    of = here.view.name(source.name) if source else here.sign.source
    links = export_links(here.view, "series", query)
    return el("div", links, png_button(here.view, "sign-course", heading, of), cls="take-away")


def _ask(visit: Visit[SignQuestion], here: Here, period: Period) -> Ask:
    keep = visit.services.settings
    minute = slot_start(here.now_ms, MINUTE_MS, 0)
    before = period.week_ago() if by_week(period) else period.previous()
    return Ask(
        place=here.place,
        sign=here.sign.code,
        from_ms=period.from_ms,
        to_ms=period.to_ms,
        before_ms=period.to_ms - before.to_ms,
        year_ms=period.to_ms - period.year_ago().to_ms,
        minute_from=minute - keep.retain_minute_days * DAY_MS,
        hour_from=minute - keep.retain_hour_days * DAY_MS,
    )
