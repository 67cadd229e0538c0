"""The front door: `/login` and `/logout`, plain HTML without a script."""

from urllib.parse import urlsplit

import flask
from flask import Blueprint, request
from werkzeug.wrappers import Response as AnyResponse

from dashboard.house.services import Services
from dashboard.security import csrf, devices, sessions
from dashboard.security.bodies import safe_address
from dashboard.security.headers import FRONT_CSP
from dashboard.security.outline import outline
from dashboard.security.policy import STAFF, policy
from dashboard.security.themes import theme
from dashboard.words.icon import ICON_URI
from dashboard.words.labels import label, language
from data_access.accounts.audit import Entry, Result, write_audit
from data_access.accounts.logins import Knock, attempt
from data_access.accounts.revocation import announce
from data_access.accounts.sessions import end_session, token_hash
from data_access.store.db import Database

LONGEST_FIELD = 256
HOME = "/screen"  # where people who work here begin


def blueprint(services: Services) -> Blueprint:
    """The routes of the front door."""
    door = _Door(services)
    routes = Blueprint("login", __name__)
    routes.add_url_rule("/login", "show", door.show, methods=["GET"])
    routes.add_url_rule("/login", "enter", door.enter, methods=["POST"])
    routes.add_url_rule("/logout", "leave", door.leave, methods=["POST"])
    return routes


class _Door:
    def __init__(self, services: Services) -> None:
        self._services = services

    def show(self) -> AnyResponse:
        """The form; whoever is signed in already goes on."""
        if sessions.identify_now(self._services, request.environ) is not None:
            return flask.redirect(onward(request.args.get("next")), 303)
        return self._form(200)

    def enter(self) -> AnyResponse:
        """Check name and password; a session, or the form again with what was wrong."""
        username, password = request.form.get("username", ""), request.form.get("password", "")
        if not username or not password or max(len(username), len(password)) > LONGEST_FIELD:
            return self._form(400, "login.incomplete")
        brought = request.cookies.get(sessions.COOKIE)
        now_ms = self._services.now_ms
        device = devices.device_of(request, self._services.secret, username, now_ms)
        knock = Knock(username, password, sessions.caller_address(), brought, device)
        outcome = self._services.writer.run(lambda db: attempt(db, knock, now_ms))
        if outcome.wait_s > 0:
            denials = self._services.denials
            denials.note(
                now_ms, "anonymous", "login.throttled", "session", sessions.caller_address()
            )
            response = self._form(429, "login.throttled")
            response.headers["Retry-After"] = str(int(outcome.wait_s) + 1)
            return response
        if outcome.token is None:
            return self._form(401, "login.wrong")
        if brought:
            announce(self._services.settings)
        return self._welcome(outcome.token, username)

    @policy(*STAFF)
    def leave(self) -> AnyResponse:
        """End the session, here and in every other process."""
        session, now_ms, address = (
            sessions.current_session(),
            self._services.now_ms,
            sessions.caller_address(),
        )

        def end(db: Database) -> None:
            with db.write() as conn:
                end_session(conn, session.id_hash)
                who = session.actor.label
                write_audit(conn, Entry(now_ms, who, "logout", "session", Result.OK, address))

        self._services.writer.run(end)
        announce(self._services.settings)
        response = flask.redirect("/login", 303)
        response.delete_cookie(sessions.COOKIE, path="/")
        response.delete_cookie(csrf.COOKIE, path="/")
        return response

    def _welcome(self, token: str, username: str) -> AnyResponse:
        services = self._services
        secure = services.settings.behind_proxy
        response = flask.redirect(onward(request.form.get("next")), 303)
        sessions.set_cookie(response, token, secure=secure)
        fresh = csrf.csrf_token(services.secret, token_hash(token))
        csrf.set_cookie(response, fresh, secure=secure)
        devices.remember(response, services.secret, username, services.now_ms, secure=secure)
        return response

    def _form(self, status: int, fault: str | None = None) -> flask.Response:
        lang = language(request.args.get("lang"))
        catalogue = self._services.catalogue
        page = flask.render_template(
            "login.html",
            lang=lang,
            theme=theme(request.args.get("theme"), request.path),
            city=catalogue.name.of(lang),
            next=onward(request.values.get("next")),
            username=request.form.get("username", "")[:LONGEST_FIELD],
            icon=ICON_URI,
            fault=fault and label(fault, lang),
            demo=self._services.settings.demo,
            outline=outline(catalogue.map_path),
            label=lambda key: label(key, lang),
        )
        response = flask.make_response(page, status)
        response.headers["Content-Security-Policy"] = FRONT_CSP
        return response


def onward(target: str | None) -> str:
    """Where to go after the login: a path of this server, else the wall."""
    if target is None or not safe_address(target) or "\\" in target:
        return HOME
    local = target.startswith("/") and not target.startswith("//")
    return target if local and urlsplit(target).path not in ("/", "/login", "/logout") else HOME
