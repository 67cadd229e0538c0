"""The web application in this process, with people, walls and strangers who visit it."""

import secrets
from collections.abc import Mapping
from typing import Any

from dash._utils import split_callback_id
from werkzeug.test import TestResponse

import callbacks
import pages
from dashboard.factory import create_app
from dashboard.house.services import build_services
from dashboard.security import csrf, policy
from data_access.accounts import audit, keys, users
from data_access.accounts.audit import Entry
from data_access.intake.sources import ensure_sources
from data_access.settings import Settings
from domain.actor import Role
from tests.clocks import FixedClock

PASSWORD = "a long enough password"
ROLES = (Role.LEADER, Role.DEPARTMENT, Role.OPERATOR, Role.ADMIN)
HTML = {"Accept": "text/html"}


class Visitor:
    """One browser with its cookies; it sends the CSRF token as Dash's renderer does."""

    def __init__(self, site: "Site") -> None:
        self.site = site
        self.client = site.app.server.test_client()

    def get(self, path: str, **headers: str) -> TestResponse:
        """GET as a browser asks for a page; header names with `_` for `-`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.get(path, headers={**HTML, **named}, buffered=True)

    def login(self, username: str, password: str = PASSWORD, **fields: str) -> TestResponse:
        """POST /login as a plain client does."""
        form = {"username": username, "password": password, **fields}
        return self.client.post("/login", data=form)

    def post(self, path: str, json: Any, **headers: str) -> TestResponse:
        """POST of JSON with the CSRF header; `X_CSRFToken=""` leaves it out."""
        named = {csrf.HEADER: self.token(), "Sec-Fetch-Site": "same-origin"}
        named |= {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(path, json=json, headers={k: v for k, v in named.items() if v})

    def token(self) -> str:
        """The CSRF token in the cookie jar, "" when there is none."""
        cookie = self.client.get_cookie(csrf.COOKIE)
        return "" if cookie is None else cookie.value

    def callback(self, output: str, values: Mapping[str, Any] | None = None) -> TestResponse:
        """Call a callback as its page would; `values` by `id.property`."""
        return self.post("/_dash-update-component", self.site.body(output, values or {}))

    def route(self, pathname: Any, search: Any = "") -> TestResponse:
        """Ask the page router for a page."""
        values = {"_pages_location.pathname": pathname, "_pages_location.search": search}
        return self.callback(policy.ROUTER, values)


class Site:
    """One application over a fresh store."""

    def __init__(self, settings: Settings, clock: FixedClock) -> None:
        self.clock = clock
        self.services = build_services(settings, clock)
        self.app = create_app(self.services, pages, callbacks)
        self.db = self.services.db
        ensure_sources(self.db, self.services.catalogue, clock.ms)

    def account(self, role: Role, department: str | None = None) -> str:
        """A new account; its name."""
        name = f"{role}-{secrets.token_hex(3)}"
        users.add_user(self.db, name, PASSWORD, role, department, self.clock.ms)
        return name

    def person(self, role: Role, department: str | None = None) -> Visitor:
        """Somebody who has signed in and opened a page."""
        if role is Role.DEPARTMENT and department is None:
            department = self.services.catalogue.departments[0].code
        visitor = Visitor(self)
        answer = visitor.login(self.account(role, department))
        assert answer.status_code == 303, answer.text
        return visitor

    def wall(self, name: str = "") -> Visitor:
        """A wall that its key has opened."""
        key = keys.add_key(
            self.db,
            name or f"wall-{secrets.token_hex(3)}",
            keys.KeyKind.SCREEN,
            None,
            self.clock.ms,
        )
        visitor = Visitor(self)
        answer = visitor.get(f"/screen?key={key}")
        assert answer.status_code == 302, answer.text
        assert visitor.get("/screen").status_code == 200
        return visitor

    def stranger(self) -> Visitor:
        """Somebody without a session."""
        return Visitor(self)

    def everybody(self) -> dict[str, Visitor]:
        """One visitor of every kind, by role; "" is the stranger."""
        people = {str(role): self.person(role) for role in ROLES}
        return {"": self.stranger(), **people, str(Role.SCREEN): self.wall()}

    def body(self, output: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """The request body of a callback, as the renderer makes it."""
        declared = self.app.callback_map[output]

        def filled(entries: list[dict[str, str]]) -> list[dict[str, Any]]:
            return [
                {**entry, "value": values.get(f"{entry['id']}.{entry['property']}")}
                for entry in entries
            ]

        return {
            "output": output,
            "outputs": split_callback_id(output),
            "inputs": filled(declared["inputs"]),
            "state": filled(declared["state"]),
            "changedPropIds": [],
        }

    def server_callbacks(self) -> list[str]:
        """Output ids of the callbacks that run here, the page router apart."""
        return [
            output
            for output, entry in self.app.callback_map.items()
            if "callback" in entry and output != policy.ROUTER
        ]

    def log(self, action: str) -> list[Entry]:
        """Rows of the audit log with that action, newest first."""
        return [entry for entry in audit.newest(self.db, 1000) if entry.action == action]

    def close(self) -> None:
        """Give connections back."""
        self.services.close()
