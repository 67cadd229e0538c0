"""The page that Dash is told of: what its spec says, laid out and ready for its answers."""

from collections.abc import Callable
from typing import Any

import dash
from dash import dcc, html
from dash.development.base_component import Component

from dashboard.components.tick import tick
from dashboard.desks.frame import Place, desk, silence_banner
from dashboard.desks.spec import SOON, Closed, Crumb, PageSpec, Q, Visit
from dashboard.desks.title import tab_title
from dashboard.house.services import current_services
from dashboard.security.sessions import current_actor
from domain.actor import Forbidden

SILENT_AFTER = 3  # answers that did not come


def register_page(module: str, spec: PageSpec[Any]) -> None:
    """Tell Dash of the page; `module` is the `__name__` of its file in `pages/`."""
    template = "<" in spec.path
    dash.register_page(  # type: ignore[no-untyped-call]
        module,
        path=None if template else spec.path,
        path_template=spec.path if template else None,
        title=tab_title(spec),
        order=spec.order,
        layout=_layout(spec),
        roles=spec.roles,
        spec=spec,
    )


def _layout(spec: PageSpec[Q]) -> Callable[..., Component]:
    def layout(**address: Any) -> Component:
        if spec.whole is not None:
            return spec.whole()
        question = spec.question(address)
        if spec.closed is not None:
            services, actor = current_services(), current_actor()
            visit = Visit(services, question, actor, services.now_ms)
            try:
                spec.closed.admit(services.catalogue, actor, question)
            except Forbidden:
                visit.refused(spec.closed.action, spec.closed.what(question))
                return _refused(spec, spec.closed, visit)
        return _open(spec, question)

    return layout


def _open(spec: PageSpec[Q], question: Q) -> Component:
    view = question.view
    place = Place(spec.address(question), _crumbs(spec, question), question.filters(), spec.section)
    body = spec.containers(question)
    if not spec.renew_s:
        return desk(view, place, *body)
    banner = silence_banner(view, SILENT_AFTER * spec.renewed_every(question))
    waiting = html.Div(_skeleton(spec, question), className="until-painted")
    return desk(
        view, place, banner, *body, waiting, *_stores(spec, question), *_ticks(spec, question)
    )


def _crumbs(spec: PageSpec[Q], question: Q) -> list[Crumb]:
    steps = spec.crumbs
    return [(question.view.text(steps), None)] if isinstance(steps, str) else list(steps(question))


def _skeleton(spec: PageSpec[Q], question: Q) -> list[Component]:
    view, heading = question.view, spec.skeleton.heading
    shape: list[Component] = []
    if heading is not None:
        shape.append(html.H1(view.text(heading) if isinstance(heading, str) else heading(question)))
    if spec.skeleton.cells:
        shape.append(html.P(view.text(SOON), className="desk-lead", role="status"))
        cells = [html.Div() for _ in range(spec.skeleton.cells)]
        shape.append(html.Div(cells, className="skeleton"))
    return shape


def _stores(spec: PageSpec[Q], question: Q) -> list[Component]:
    names = [f"{spec.name}-answer"]
    if spec.slow is not None:
        names.append(f"{spec.name}-{spec.slow.name}")
    stores: list[Component] = [dcc.Store(id=name) for name in names]
    stores.append(dcc.Store(id=f"{spec.name}-question", data=spec.stored(question)))
    if spec.writing is not None:
        stores += [dcc.Store(id=spec.writing.draft), dcc.Store(id=spec.writing.outcome)]
    return stores


def _ticks(spec: PageSpec[Q], question: Q) -> list[Component]:
    found = [tick(f"{spec.name}-tick", spec.renewed_every(question))]
    if spec.slow is not None:
        found.append(tick(f"{spec.name}-slow", spec.slow.seconds))
    return found


def _refused(spec: PageSpec[Q], closed: Closed[Q], visit: Visit[Q]) -> Component:
    """No word of what is closed: neither its name nor whether there is such a thing."""
    view, question = visit.view, visit.question
    return desk(
        view,
        Place(spec.section or spec.path, closed.crumbs(question), closed.back),
        html.H1(view.text(f"{closed.words}.title")),
        html.P(view.text(f"{closed.words}.text"), className="desk-lead"),
        html.P(closed.onward(question, visit.actor), className="desk-pages"),
    )
