"""Every refusal and fault as an answer: JSON for programs, a plain bilingual page for people."""

import logging
import sqlite3

import flask
import psycopg
from dash.exceptions import DependencyException, InvalidResourceError
from flask import request
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, InternalServerError, NotFound, ServiceUnavailable
from werkzeug.wrappers import Request
from werkzeug.wrappers import Response as AnyResponse

from dashboard.house.services import current_services
from dashboard.security.headers import FRONT_CSP
from dashboard.security.themes import theme
from dashboard.threads.writer import Overloaded
from dashboard.words.icon import ICON_URI
from dashboard.words.labels import label, language
from dashboard.words.refusal import refusal
from data_access.store.condition import condition_of, store_said

log = logging.getLogger(__name__)

PROGRAMS = ("/api/", "/live/", "/_dash", "/metrics", "/healthz", "/readyz")
EXPLAINED = frozenset({400, 401, 403, 404, 405, 413, 429, 500, 503})
RETRY_S = 5


def register_errors(server: flask.Flask) -> None:
    """Answer every exception in the one form."""
    server.register_error_handler(HTTPException, answer)
    server.register_error_handler(DependencyException, _no_such_resource)
    server.register_error_handler(InvalidResourceError, _no_such_resource)
    for kind in (DBAPIError, PoolTimeout, sqlite3.Error, psycopg.Error):
        server.register_error_handler(kind, _store)
    server.register_error_handler(Overloaded, _overloaded)
    server.register_error_handler(Exception, _fault)


def answer(error: HTTPException) -> AnyResponse:
    """The answer to a refusal; what werkzeug put into it (Allow, Retry-After) stays."""
    code = error.code or 500
    if error.response is not None or code < 400:
        return error.get_response()
    if wants_page(request) and not request.path.startswith(PROGRAMS):
        response = flask.make_response(_page(code, error.description), code)
        response.headers["Content-Security-Policy"] = FRONT_CSP
    else:
        told = refusal(code, error.description or error.name)
        response = flask.make_response(flask.jsonify(told), code)
    for name, value in error.get_headers():
        if name not in ("Content-Type", "Content-Length"):
            response.headers[name] = value
    if code == 401:
        response.headers["WWW-Authenticate"] = "Bearer" if "/api/" in request.path else "Session"
    if code == 503:
        response.headers["Retry-After"] = str(RETRY_S)
    return response


def wants_page(asked: Request) -> bool:
    """Whether a person's browser asks, or somebody who does not say what is wanted."""
    accepted = asked.accept_mimetypes
    return not accepted or (accepted.accept_html and accepted.best != "application/json")


def _page(code: int, said: str | None) -> str:
    lang = language(request.args.get("lang"))
    key = code if code in EXPLAINED else 500
    return flask.render_template(
        "error.html",
        lang=lang,
        theme=theme(request.args.get("theme"), request.path),
        icon=ICON_URI,
        code=code,
        title=label(f"error.{key}.title", lang),
        text=label(f"error.{key}.text", lang),
        said=said if code == 503 else None,  # which store, and what is the matter with it
        home=label("error.home", lang),
        app=label("app.name", lang),
    )


def _no_such_resource(_error: Exception) -> AnyResponse:
    return answer(NotFound())


def _store(error: Exception) -> AnyResponse:
    why = condition_of(error)
    missing = isinstance(error, OperationalError | sqlite3.OperationalError)  # no such table
    if why is None and not missing:
        return _fault(error)
    said = store_said(current_services().db.name, error)
    log.error("%s: %s", request.path, said)
    return answer(ServiceUnavailable(said))


def _overloaded(_error: Exception) -> AnyResponse:
    log.error("%s: too much is waiting to be written", request.path)
    return answer(ServiceUnavailable())


def _fault(error: Exception) -> AnyResponse:
    log.exception("%s %s failed", request.method, request.path, exc_info=error)
    return answer(InternalServerError())
