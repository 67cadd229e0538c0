"""The front door: `/login` and `/logout`, plain HTML without a script."""

import logging
from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit

import flask
from flask import Blueprint, request
from werkzeug.wrappers import Response as AnyResponse

from dashboard.labels import label, language
from dashboard.security import csrf, sessions
from dashboard.security.bodies import safe_address
from dashboard.security.denials import Denials
from dashboard.security.headers import FRONT_CSP
from dashboard.security.policy import STAFF, policy
from dashboard.services import Services
from data_access import throttle, users
from data_access.audit import Entry, Result, write_audit
from data_access.revocation import announce
from data_access.sessions import end_session, forget_expired, start_session, token_hash
from data_access.throttle import Bucket
from domain.clock import DAY_MS

log = logging.getLogger(__name__)

PER_LOGIN = (8, 60.0)  # attempts at once, seconds for one more
PER_ADDRESS = (40, 10.0)  # an office shares an address
LONGEST_FIELD = 256


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
        self._denials = Denials(services.db)

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
        wait_s = self._throttled(username)
        if wait_s > 0:
            who, address = "anonymous", _address()
            self._denials.note(self._services.now_ms, who, "login.throttled", address, address)
            response = self._form(429, "login.throttled")
            response.headers["Retry-After"] = str(int(wait_s) + 1)
            return response
        user = users.authenticate(self._services.db, username, password)
        if user is None:
            self._note_failure(username)
            return self._form(401, "login.wrong")
        return self._welcome(user)

    @policy(*STAFF)
    def leave(self) -> AnyResponse:
        """End the session, here and in every other process."""
        session = sessions.current_session()
        with self._services.db.write() as conn:
            end_session(conn, session.id_hash)
            write_audit(conn, self._entry(session.actor.label, "logout", Result.OK))
        announce(self._services.settings)
        response = flask.redirect("/login", 303)
        response.delete_cookie(sessions.COOKIE, path="/")
        response.delete_cookie(csrf.COOKIE, path="/")
        return response

    def _welcome(self, user: users.User) -> AnyResponse:
        """A new session under a new token, whatever the browser brought along."""
        services, now_ms = self._services, self._services.now_ms
        brought = request.cookies.get(sessions.COOKIE)
        with services.db.write() as conn:
            forget_expired(conn, now_ms)
            throttle.forget_full(conn, now_ms - DAY_MS)
            if brought:
                end_session(conn, token_hash(brought))
            token = start_session(conn, user.username, now_ms)
            throttle.reset(conn, _login_bucket(user.username).key)
            write_audit(conn, self._entry(user.actor.label, "login", Result.OK))
        if brought:
            announce(services.settings)
        response = flask.redirect(onward(request.form.get("next")), 303)
        secure = services.settings.behind_proxy
        sessions.set_cookie(response, token, secure=secure)
        fresh = csrf.csrf_token(services.secret, token_hash(token))
        csrf.set_cookie(response, fresh, secure=secure)
        return response

    def _throttled(self, username: str) -> float:
        """Seconds to wait before the next attempt. A store that fails lets nobody in."""
        with self._services.db.write() as conn:
            now_ms = self._services.now_ms
            by_address = throttle.take(conn, Bucket(_address_key(), *PER_ADDRESS), now_ms)
            if by_address > 0:
                return by_address
            return throttle.take(conn, _login_bucket(username), now_ms)

    def _note_failure(self, username: str) -> None:
        """Write the attempt down, but no name that is no account: it may be a password."""
        known = users.find_user(self._services.db, username)
        who = f"{known.role}:{known.username}" if known else "unknown account"
        with self._services.db.write() as conn:
            write_audit(conn, self._entry(who, "login", Result.FAILED))

    def _entry(self, who: str, action: str, result: Result) -> Entry:
        return Entry(self._services.now_ms, who, action, "session", result, _address())

    def _form(self, status: int, fault: str | None = None) -> flask.Response:
        lang = language(request.args.get("lang"))
        catalogue = self._services.catalogue
        response = flask.make_response(
            flask.render_template(
                "login.html",
                lang=lang,
                theme=request.args.get("theme"),
                city=catalogue.name_zh if lang == "zh" else catalogue.name_en,
                next=request.values.get("next", ""),
                username=request.form.get("username", "")[:LONGEST_FIELD],
                fault=fault and label(fault, lang),
                demo=self._services.settings.demo,
                label=lambda key: label(key, lang),
            ),
            status,
        )
        response.headers["Content-Security-Policy"] = FRONT_CSP
        return response


def onward(target: str | None) -> str:
    """Where to go after the login: a path of this server, else the start page."""
    if target is None or not safe_address(target) or "\\" in target:
        return "/"
    local = target.startswith("/") and not target.startswith("//")
    return target if local and urlsplit(target).path not in ("/login", "/logout") else "/"


def _login_bucket(username: str) -> Bucket:
    return Bucket("login:" + token_hash(users.normal_name(username)), *PER_LOGIN)


def _address() -> str:
    return request.remote_addr or "local"


def _address_key() -> str:
    """The bucket of an address; a whole /64 is one caller."""
    try:
        address = ip_address(_address())
    except ValueError:
        return "address:local"
    if isinstance(address, IPv6Address):
        return f"address:{int(address) >> 64:x}"
    return f"address:{address}"
