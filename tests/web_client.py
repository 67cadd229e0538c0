"""A plain HTTP client with a cookie jar: no redirects followed, no proxy, no exception on 4xx."""

import http.cookiejar
import json
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from email.message import Message
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said."""

    status: int
    headers: Message
    body: bytes

    @property
    def text(self) -> str:
        """The body as UTF-8."""
        return self.body.decode()

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


class Client:
    """One visitor with its own cookies."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.cookies = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPCookieProcessor(self.cookies),
            _Stay,
        )

    def request(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
        timeout: float = 20,
    ) -> Answer:
        """Send one request; OSError when no whole answer comes."""
        request = urllib.request.Request(
            self.base + path, data=body, headers=headers or {}, method=method
        )
        try:
            with self._opener.open(request, timeout=timeout) as answer:
                return Answer(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as refusal:
            with refusal:
                return Answer(refusal.code, refusal.headers, refusal.read())

    def get(self, path: str, **headers: str) -> Answer:
        """GET; header names with `_` for `-`."""
        return self.request(
            "GET", path, headers={k.replace("_", "-"): v for k, v in headers.items()}
        )

    def post_form(self, path: str, **fields: str) -> Answer:
        """POST of a form as a browser on the same site sends it."""
        return self.request(
            "POST",
            path,
            urllib.parse.urlencode(fields).encode(),
            {"Content-Type": "application/x-www-form-urlencoded", "Origin": self.base},
        )

    def post_readings(self, key: str, rows: list[dict[str, Any]], timeout: float = 20) -> Answer:
        """POST rows to the public intake with an ingest key."""
        return self.request(
            "POST",
            "/api/v1/readings",
            json.dumps(rows).encode(),
            {"Content-Type": "application/json", "Authorization": f"Bearer {key}"},
            timeout,
        )

    def login(self, username: str, password: str) -> Answer:
        """POST /login; the cookie stays in the jar."""
        return self.post_form("/login", username=username, password=password)
