"""The one way a page answers: the stored question, the reader, the picture, and the page's body.

What a body need not know is done here: who may ask, what nobody may see, what is said of a thing
that does not exist and before anything is published, when the data was true, and that a tick waits
for its answer.
"""

from collections.abc import Callable, Mapping
from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, State, no_update

from dashboard.components.light import Node, el
from dashboard.components.moment import moment
from dashboard.components.tick import held
from dashboard.components.times import day_and_time
from dashboard.desks.spec import Closed, PageSpec, Parts, Q, Read, Seen, Visit
from dashboard.house.services import Services
from dashboard.security.policy import policy
from dashboard.security.sessions import current_actor
from dashboard.threads.writer import Overloaded
from domain.actor import Forbidden
from domain.clock import MINUTE_MS

MARK = "desk-mark"
NOTHING = Seen(None, False)
Body = Callable[[Visit[Q]], Parts | Read]


def answer_page(
    app: dash.Dash,
    services: Services,
    spec: PageSpec[Q],
    body: Body[Q],
    slow: Callable[[Visit[Q]], Parts] | None = None,
) -> None:
    """Register the answer of a page on an application, and its slow one."""
    question = State(f"{spec.name}-question", "data")
    inputs = [Input(f"{spec.name}-tick", "n_intervals")]
    if spec.writing is not None:
        inputs.append(Input(spec.writing.outcome, "data"))
    store, ticking = f"{spec.name}-answer", f"{spec.name}-tick"

    @app.callback(Output(store, "data"), *inputs, question, running=held(ticking))
    @policy(*spec.roles)
    def answer(_ticks: Any, *asked: Any) -> Parts:
        *outcome, stored = asked
        return _answer(_visit(services, spec, stored, *outcome), spec, body)

    _paint(app, spec, store)
    if slow is None or spec.slow is None:
        return
    later, waiting = f"{spec.name}-{spec.slow.name}", f"{spec.name}-slow"

    @app.callback(
        Output(later, "data"), Input(waiting, "n_intervals"), question, running=held(waiting)
    )
    @policy(*spec.roles)
    def answer_later(_ticks: Any, stored: Any) -> Parts:
        visit = _visit(services, spec, stored)
        return slow(visit) if _admitted(spec, visit) else {}

    _paint(app, spec, later)


def answer_writing(
    app: dash.Dash,
    services: Services,
    spec: PageSpec[Q],
    write: Callable[[Visit[Q], Mapping[Any, Any]], str],
) -> None:
    """Register what happens to a reader's draft; `write` returns one of the spec's words."""
    writing = spec.writing
    if writing is None:
        raise ValueError(f"page {spec.name}: its spec says nothing of writing")

    @app.callback(
        Output(writing.outcome, "data"),
        Input(writing.draft, "data"),
        State(f"{spec.name}-question", "data"),
        prevent_initial_call=True,  # who may not write would be refused at every visit
    )
    @policy(*writing.roles)
    def outcome(draft: Any, stored: Any) -> Any:
        visit = _visit(services, spec, stored)
        if not isinstance(draft, Mapping) or not _admitted(spec, visit):
            return no_update
        try:
            word = write(visit, draft)
        except Overloaded:
            word = "later"
        return {"said": f"{writing.said}.{word}", "at": visit.now_ms}


def _visit(
    services: Services, spec: PageSpec[Q], stored: object, outcome: object = None
) -> Visit[Q]:
    now_ms = services.now_ms
    said = _said(spec, outcome, now_ms)
    return Visit(services, spec.question(stored), current_actor(), now_ms, said)


def _answer(visit: Visit[Q], spec: PageSpec[Q], body: Body[Q]) -> Parts:
    if spec.closed is not None and not _admitted(spec, visit):
        return _refused(spec.name, spec.closed, visit)
    unknown = spec.unknown(visit)
    if unknown is not None:
        return {**unknown, MARK: _mark(visit, NOTHING, None)}
    if spec.empty is not None and visit.picture is None:
        return {**spec.empty(visit), MARK: _mark(visit, NOTHING, None)}
    found = body(visit)
    if isinstance(found, Read):
        return {**found.parts, MARK: _read_mark(visit, found)}
    picture = visit.picture
    if picture is None:
        return {**found, MARK: _mark(visit, NOTHING, None)}
    return {**found, MARK: _mark(visit, spec.seen(visit, picture), picture.as_of)}


def _admitted(spec: PageSpec[Q], visit: Visit[Q]) -> bool:
    """Whether the reader may open this very page; a refusal goes to the audit log."""
    if spec.closed is None:
        return True
    try:
        spec.closed.admit(visit.city, visit.actor, visit.question)
    except Forbidden:
        visit.refused(spec.closed.action, spec.closed.what(visit.question))
        return False
    return True


def _refused(name: str, closed: Closed[Q], visit: Visit[Q]) -> Parts:
    said: list[Node] = [
        el("h1", visit.view.text(f"{closed.words}.title")),
        el("p", visit.view.text(f"{closed.words}.text"), cls="desk-lead"),
    ]
    return {f"{name}-body": said}


def _mark(visit: Visit[Q], seen: Seen, beat: int | None) -> list[Node]:
    return moment(visit.view, visit.city, visit.now_ms, seen.data_at, seen.demo, beat)


def _read_mark(visit: Visit[Q], found: Read) -> list[Node]:
    """When this was read from the store, and whether any of it is simulated."""
    view, at = visit.view, day_and_time(found.at_ms, found.at_ms, visit.city.zone)
    said: list[Node] = [el("span", view.text("desk.data_time"), " ", el("b", at))]
    return [*said, el("span", view.text("desk.demo"), cls="desk-demo")] if found.demo else said


def _said(spec: PageSpec[Q], outcome: object, now_ms: int) -> str | None:
    """The label of what became of the last thing written, for a minute."""
    if spec.writing is None or not isinstance(outcome, Mapping):
        return None
    said, at = outcome.get("said"), outcome.get("at")
    known = {f"{spec.writing.said}.{word}" for word in spec.writing.words}
    if not isinstance(said, str) or said not in known or not isinstance(at, int):
        return None
    return said if abs(now_ms - at) < MINUTE_MS else None


def _paint(app: dash.Dash, spec: PageSpec[Q], store: str) -> None:
    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction(spec.painter, "paint"), Input(store, "data")
    )
