"""The answer of /sign/<code>: the picture of the moment, the course of a period, notes."""

from collections.abc import Mapping
from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, State, no_update

from dashboard.components.chart import Subject, by_week, chart
from dashboard.components.export_links import export_links
from dashboard.components.light import Node, el
from dashboard.components.moment import moment
from dashboard.components.period import Period
from dashboard.components.png_button import png_button
from dashboard.components.tick import held
from dashboard.desks.sign import definition
from dashboard.desks.sign.correction_list import SHOWN, correction_list
from dashboard.desks.sign.note_list import DRAFT, note_list
from dashboard.desks.sign.sign_now import Here, figures, head, periods
from dashboard.desks.sign.sign_places import places
from dashboard.desks.sign.sign_question import SignQuestion
from dashboard.desks.sign.sign_unknown import crumbs, unknown_place, unknown_sign
from dashboard.desks.street.street_map import Drawing
from dashboard.house.services import Services
from dashboard.security.policy import policy
from dashboard.security.sessions import caller_address, current_actor
from dashboard.threads.writer import Overloaded
from data_access.intake.provisional import is_provisional, provisional_instants
from data_access.intake.revisions import corrected_instants, corrections
from data_access.maps.boundaries import load_map
from data_access.scoring.target_values import aims
from data_access.series.notes import BadNote, Draft, add_note, notes_on, withdraw_note
from data_access.series.series_query import Ask, Course, course
from domain.actor import PEOPLE, Forbidden, Role
from domain.clock import DAY_MS, MINUTE_MS, slot_start
from domain.picture import Cell

Answer = dict[str, list[Node]]


def register(app: dash.Dash, services: Services) -> None:
    """Register this page's callbacks on an application."""
    drawing = Drawing(load_map(services.settings, services.catalogue))

    @app.callback(
        Output("sign-answer", "data"),
        Input("sign-tick", "n_intervals"),
        Input("sign-note-outcome", "data"),
        State("sign-question", "data"),
        running=held("sign-tick"),
    )
    @policy(*PEOPLE)
    def sign_answer(_ticks: Any, outcome: Any, stored: Any) -> Answer:
        question = SignQuestion.of(stored)
        city = services.catalogue
        if question.code not in city.sign:
            return unknown_sign(services, question)
        place = question.street or city.code
        if place != city.code and place not in city.street:
            return unknown_place(services, question)
        here = _here(services, question, place)
        return _answer(services, drawing, here, _said(here, outcome))

    @app.callback(
        Output("sign-note-outcome", "data"),
        Input(DRAFT, "data"),
        State("sign-question", "data"),
        prevent_initial_call=True,  # who may not write would be refused at every visit
    )
    @policy(Role.OPERATOR, Role.ADMIN)
    def sign_note_outcome(draft: Any, stored: Any) -> Any:
        if not isinstance(draft, Mapping):
            return no_update
        return {"said": _write(services, SignQuestion.of(stored), draft), "at": services.now_ms}

    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction("light", "paint"), Input("sign-answer", "data")
    )


def _here(services: Services, question: SignQuestion, place: str) -> Here:
    city = services.catalogue
    picture = services.pictures.now(current_actor())
    cell = picture.cell(question.code, place) if picture else None
    sign, now = city.sign[question.code], services.now_ms
    early = cell is not None and is_provisional(
        services.db, current_actor(), city, sign.code, place, now
    )
    again = _again(services, sign.code, place, cell)
    wanted = {}
    if picture is not None and sign.code in city.targets:
        places = (city.code, *city.street)
        found = aims(services.db, current_actor(), city, picture, places, (sign.code,), now)
        wanted = {there: aim for (there, _), aim in found.items()}
    return Here(question, city, sign, place, cell, picture, now, early, again, wanted)


def _again(services: Services, sign: str, place: str, cell: Cell | None) -> int:
    """How often the newest value was corrected."""
    if cell is None or cell.at is None:
        return 0
    of = None if place == services.catalogue.code else place
    found = corrections(services.db, current_actor(), sign, of, cell.at, cell.at + 1, 1)
    return len(found[0]) - 1 if found else 0


def _answer(services: Services, drawing: Drawing, here: Here, said: str | None) -> Answer:
    view, city, question = here.view, here.city, here.question
    period = question.span(here.now_ms, city.zone)
    defined = here.place == city.code or here.sign.at_street
    demo = here.cell is not None and here.cell.demo
    data_at = None if here.cell is None else here.cell.at
    beat = here.picture.as_of if here.picture else None
    return {
        "desk-mark": moment(view, city, here.now_ms, data_at, demo, beat),
        "sign-crumbs": crumbs(here),
        "sign-head": head(here),
        "sign-periods": periods(here, period) if defined else [],
        **(_course(services, here, period, said) if defined else _no_course()),
        "sign-places": places(here, drawing),
        "sign-definition": [
            el("h2", view.text("definition")),
            *definition.panel(view, city, here.sign, here.place, here.cell, here.now_ms),
        ],
    }


def _course(services: Services, here: Here, period: Period, said: str | None) -> Answer:
    actor, city = current_actor(), here.city
    found: Course = course(services.db, actor, city, _ask(services, here, period))
    notes = notes_on(services.db, actor, here.place, here.sign.code, period.from_ms, period.to_ms)
    of = None if here.place == city.code else here.place
    asked = (services.db, actor, here.sign.code, of, period.from_ms, period.to_ms)
    early, again = provisional_instants(*asked), corrected_instants(*asked)
    newest = corrections(*asked, SHOWN) if again else []
    subject = Subject(here.sign, here.place, here.place_name, here.cell, here.now_ms)
    query = {**here.question.query(), "sign": here.sign.code, "place": here.place, "pick": None}
    return {
        "sign-course": [
            figures(here, period, found, len(early), len(again)),
            chart(here.view, city, subject, period, found, notes),
            el(
                "div",
                export_links(here.view, "series", query),
                png_button(here.view, "sign-course", _heading(here, period), _source(here)),
                cls="take-away",
            ),
        ],
        "sign-corrections": correction_list(here, newest, len(again), query),
        "sign-notes": note_list(here.view, notes, actor, period, said, here.now_ms),
    }


def _heading(here: Here, period: Period) -> str:
    """What a picture of the course is called."""
    return f"{here.name} · {here.place_name} · {period.label(here.view)}"


def _source(here: Here) -> str:
    source = here.city.source.get(here.sign.source)
    return here.view.name(source.name) if source else here.sign.source


def _no_course() -> Answer:
    return {"sign-course": [], "sign-notes": [], "sign-corrections": []}


def _ask(services: Services, here: Here, period: Period) -> Ask:
    keep = services.settings
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


def _write(services: Services, question: SignQuestion, given: Mapping[Any, Any]) -> str:
    """Do what a form asks for; the key of the label that says what became of it."""
    actor, now, address = current_actor(), services.now_ms, caller_address()
    try:
        if "withdraw" in given:
            note = str(given["withdraw"])
            number = int(note) if note.isascii() and note.isdigit() and len(note) < 19 else 0
            done = services.writer.run(lambda db: withdraw_note(db, actor, number, now, address))
            return "note.said.withdrawn" if done else "note.said.gone"
        draft = _draft(services, question, given)
        services.writer.run(lambda db: add_note(db, actor, services.catalogue, draft, now, address))
        return "note.said.added"
    except BadNote as bad:
        return f"note.said.{bad.fault}"
    except Overloaded:
        return "note.said.later"
    except Forbidden:
        services.denials.note(now, actor.label, "denied.note", question.code, address)
        return "note.said.forbidden"


def _draft(services: Services, question: SignQuestion, given: Mapping[Any, Any]) -> Draft:
    """The note in the fields; a span that is not understood is refused as a bad one."""
    city, text = services.catalogue, given.get("note-text")
    ends = {"period": "custom", "from": given.get("note-from"), "to": given.get("note-to")}
    far = services.now_ms + DAY_MS
    span = Period.of(ends, far, city.zone)
    good = span.name == "custom"
    return Draft(
        place=question.street or city.code,
        sign=question.code,
        from_ms=span.from_ms if good else 0,
        to_ms=span.to_ms if good else 0,
        text=text if isinstance(text, str) else "",
    )


def _said(here: Here, outcome: Any) -> str | None:
    """What became of the last thing written, for a minute."""
    if not isinstance(outcome, Mapping):
        return None
    key, at = outcome.get("said"), outcome.get("at")
    if not isinstance(key, str) or key not in SAID or not isinstance(at, int):
        return None
    return here.view.text(key) if abs(here.now_ms - at) < MINUTE_MS else None


SAID = frozenset(
    f"note.said.{word}"
    for word in (
        *("added", "withdrawn", "gone", "later", "forbidden"),
        *("text", "span", "sign", "place"),
    )
)
