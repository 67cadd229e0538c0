"""Make the web application: Flask and Dash behind the gate, complete before the first request."""

import importlib
import pkgutil
from types import ModuleType
from typing import Any

import dash
import flask
from flask import request
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response as AnyResponse

from dashboard import api, health, switches
from dashboard.desks.registry import tables
from dashboard.export import routes as export
from dashboard.house.services import Services
from dashboard.index import YipingDash
from dashboard.security import bodies, csrf, headers, login, policy, screens, sessions
from dashboard.security.errors import register_errors
from dashboard.security.gate import CATCH_ALL, Gate
from dashboard.words.labels import label
from data_access.settings import ROOT
from domain.actor import Role


def create_app(services: Services, pages: ModuleType, callbacks: ModuleType) -> dash.Dash:
    """The application of one process; `.server` is its WSGI callable.

    `pages` and `callbacks` are the packages to take pages and callbacks from. UntaggedError when
    anything in them, or any route, has no policy.
    """
    server = _server(services)
    app = _dash(server, pages)
    _register_callbacks(app, services, callbacks)
    server.register_blueprint(login.blueprint(services))
    server.register_blueprint(api.blueprint(services))
    server.register_blueprint(export.blueprint(services, tables()))
    server.register_blueprint(switches.blueprint(services))
    requests = health.Requests()
    server.register_blueprint(health.blueprint(services, requests))
    register_errors(server)
    server.before_request(Gate(app, services))
    policies = _PageCsp()
    server.after_request(lambda response: _finish(services, policies, requests, response))
    _warm_up(app)
    policies.html = headers.page_csp(app.csp_hashes(), services.settings.map_tiles)
    policy.assert_all_tagged(app)
    return app


class _PageCsp:
    """The page policy, known only after the warm-up: Flask takes no more hooks by then."""

    html = headers.FRONT_CSP


def _server(services: Services) -> flask.Flask:
    server = flask.Flask("dashboard", root_path=str(ROOT / "dashboard"), static_folder=None)
    services.attach_to(server)
    bodies.limit_bodies(server)
    server.secret_key = services.secret
    if services.settings.behind_proxy:
        server.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            server.wsgi_app, x_for=1, x_proto=1, x_host=1
        )
    return server


def _dash(server: flask.Flask, pages: ModuleType) -> dash.Dash:
    # the registry is global: what an earlier application of this process had is not ours
    dash.page_registry.clear()
    app = YipingDash(
        "app",  # the name decides the folder from which module names count: that of app.py
        server=server,
        use_pages=True,
        pages_folder=str(next(iter(pages.__path__))),
        assets_folder=str(ROOT / "assets"),
        assets_path_ignore=["^front$", "^public$"],
        suppress_callback_exceptions=True,  # else every page's layout lies in everybody's index
        serve_locally=True,
        eager_loading=False,
        include_pages_meta=False,
        enable_mcp=False,
        title=f"{label('app.name', 'zh')} {label('app.name', 'en')}",
        update_title="",
        add_log_handler=False,
    )
    app.layout = dash.html.Div(dash.page_container, id="app")
    return app


def _register_callbacks(app: dash.Dash, services: Services, callbacks: ModuleType) -> None:
    """Every module of the package registers its own: `register(app, services)`."""
    for found in sorted(pkgutil.iter_modules(callbacks.__path__), key=lambda m: m.name):
        module: Any = importlib.import_module(f"{callbacks.__name__}.{found.name}")
        module.register(app, services)


def _warm_up(app: dash.Dash) -> None:
    """One request, so that Dash sets up routes and scripts now and not in a race later."""
    app.server.test_client().get("/healthz")
    with app.server.test_request_context(screens.PATH):
        app.index()  # type: ignore[no-untyped-call]


def _finish(
    services: Services, policies: _PageCsp, requests: health.Requests, response: flask.Response
) -> AnyResponse:
    """Headers and cookies of every answer, errors included."""
    session = flask.g.get("session")
    if session is not None and request.endpoint == CATCH_ALL and response.mimetype == "text/html":
        secure = services.settings.behind_proxy
        token = csrf.csrf_token(services.secret, session.id_hash)
        if request.cookies.get(csrf.COOKIE) != token:
            csrf.set_cookie(response, token, secure=secure)
        if session.actor.role is Role.SCREEN:  # browsers keep a cookie 400 days from its last gift
            brought = request.cookies[sessions.COOKIE]
            sessions.set_cookie(response, brought, secure=secure, screen=True)
    requests.count(response.status_code)
    return headers.finish(request, response, policies.html)
