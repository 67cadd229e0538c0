"""Hostile requests by a seed: half of them have the shape of what the product expects.

`python -m bench.hostile_shots SEED COUNT FILE` fires them one after another over one kept
connection and answers with one line of JSON; FILE holds what `bench.hostile` knows of the product:
port, cookies, tokens, key, callbacks, addresses and the text that must not come out.
"""

import gzip
import json
import random
import socket
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

ALLOWED_SECRET = ("admin", "operator")  # who may read what lies in quarantine
INSIDE = ("/signs", "/sign/", "/streets", "/street/", "/rankings", "/episodes", "/sources")
SLOW_S = 2.0
TEXTS = (
    *("", "\x00", "\n", "\u2028", "../../etc/passwd", "<script>alert(1)</script>", "' OR 1=1 --"),
    *("%00", "-1", "1e999", "NaN", "\ud800", "\U0001f600" * 30, "9" * 400, "${7*7}", "{{7*7}}"),
    *("__proto__", "zh", "en", "2026-13-40", "2026-11-23", "310115005", "ENV-02", "alarm", "=cmd|"),
)
NUMBERS = (0, -1, 2**63, -(2**63) - 1, 2**64, 10**40, 1e308, -1e308, 0.1, 5e-324)
TYPES = ("application/json", "text/plain", "application/x-ndjson", "multipart/form-data", "")
METHODS = ("GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "HEAD", "TRACE", "G\u00cbT", "")

_ZIPPED = {"Content-Encoding": "gzip"}
WORST: tuple[tuple[bytes, dict[str, str]], ...] = (  # a few megabytes that cost the most
    (b"[" * 1_000_000, {}),
    (b"[" + b"{}," * 2_000_000 + b"{}]", {}),
    (b"[" + b"9" * 4_000_000 + b"]", {}),
    (gzip.compress(b"[" + b"0," * 4_000_000 + b"0]", 1), _ZIPPED),
    (gzip.compress(bytes(64_000_000), 1), _ZIPPED),
    (gzip.compress(b"") * 200_000, _ZIPPED),
)
WORST_SHARE = 0.002


class Shot(NamedTuple):
    """One request, who sends it, and what it is."""

    kind: str
    shaped: bool
    who: str
    path: str
    wire: bytes


class Gunner:
    """Makes the requests."""

    def __init__(self, about: dict[str, Any], seed: int) -> None:
        self._about = about
        self._dice = random.Random(seed)
        shaped = (
            *((self._callback, 40), (self._page, 18), (self._readings, 16), (self._public, 16)),
            *((self._export, 2), (self._live, 8)),
        )
        junk = ((self._body, 35), (self._bytes, 25), (self._address, 25), (self._form, 15))
        self._kinds = [
            [make for make, share in row for _ in range(share)] for row in (shaped, junk)
        ]

    def shot(self) -> Shot:
        """The next one."""
        make: Callable[[], Shot] = self._dice.choice(self._dice.choice(self._kinds))
        return make()

    def _scalar(self) -> Any:
        return self._dice.choice((self._text(), self._dice.choice(NUMBERS), None, True, False))

    def _text(self) -> str:
        if self._dice.random() < 0.7:
            return self._dice.choice(TEXTS)
        return "".join(
            chr(self._dice.randrange(1, 0x2FFF)) for _ in range(self._dice.randrange(30))
        )

    def _value(self, depth: int = 3) -> Any:
        roll = self._dice.random()
        if depth == 0 or roll < 0.6:
            return self._scalar()
        if roll < 0.8:
            return [self._value(depth - 1) for _ in range(self._dice.randrange(4))]
        return {self._text(): self._value(depth - 1) for _ in range(self._dice.randrange(4))}

    def _who(self, *but: str) -> str:
        return self._dice.choice([who for who in self._about["people"] if who not in but])

    def _query(self) -> str:
        names = (
            "lang",
            "theme",
            "from",
            "to",
            "day",
            "q",
            "place",
            "state",
            "measure",
            "peers",
            "before",
            "source",
            "code",
            "sign",
            "street",
            "size",
            "receipt",
            "key",
            "_",
        )
        pairs = [(self._dice.choice(names), self._text()) for _ in range(self._dice.randrange(5))]
        return urlencode(pairs, errors="replace")

    def _callback(self) -> Shot:
        who = self._who("")
        person = self._about["people"][who]
        entry = self._dice.choice(person["callbacks"])
        values = [self._value() for _ in range(40)]

        def filled(given: list[dict[str, str]]) -> list[dict[str, Any]]:
            return [{**one, "value": self._dice.choice(values)} for one in given]

        body = {
            "output": entry["output"],
            "outputs": entry["outputs"],
            "inputs": filled(entry["inputs"]),
            "state": filled(entry["state"]),
            "changedPropIds": [],
        }
        return self._post("callback", True, who, "/_dash-update-component", _json(body))

    def _page(self) -> Shot:
        path = self._dice.choice(self._about["pages"])
        return self._get("page", True, self._who(), f"{path}?{self._query()}")

    def _public(self) -> Shot:
        path = self._dice.choice(self._about["public"])
        return self._get("public", True, "", f"{path}?{self._query()}")

    def _export(self) -> Shot:
        path = self._dice.choice(self._about["exports"])
        return self._get("export", True, self._who(), f"{path}?{self._query()}")

    def _live(self) -> Shot:
        path = self._dice.choice(("/live/screen", "/live/public", "/live/nothing"))
        fields = {name: _quoted(self._text()) for name in ("If-None-Match", "Accept-Encoding")}
        return self._get("live", True, self._who(), path, **fields)

    def _readings(self) -> Shot:
        rows = []
        for _ in range(self._dice.randrange(1, 30)):
            row: dict[str, Any] = {
                "source": "hostile",
                "sign": self._dice.choice(self._about["signs"]),
                "street": self._dice.choice((None, "310115005")),
                "observed_at": "2026-11-23T10:00:00+08:00",
                "value": 1.0,
            }
            for name in self._dice.sample(sorted(row), self._dice.randrange(1, 4)):
                row[name] = self._value(2)
            rows.append(row)
        return self._post("readings", True, "key", "/api/v1/readings", _json(rows))

    def _body(self) -> Shot:
        who = self._who("")
        body = _json(self._value(4))
        if self._dice.random() < 0.3:
            body = body[: self._dice.randrange(len(body) + 1)]
        kind = self._dice.choice(TYPES)
        path = self._dice.choice(("/_dash-update-component", "/api/v1/readings", "/switches"))
        return self._post("junk json", False, who, path, body, kind)

    def _bytes(self) -> Shot:
        if self._dice.random() < WORST_SHARE:
            body, more = self._dice.choice(WORST)
            return self._post("worst bytes", False, "key", "/api/v1/readings", body, **more)
        body = self._dice.randbytes(self._dice.randrange(400))
        more = {"Content-Encoding": "gzip"} if self._dice.random() < 0.5 else {}
        if more and self._dice.random() < 0.5:
            body = gzip.compress(body, 1)
        return self._post("junk bytes", False, "key", "/api/v1/readings", body, **more)

    def _address(self) -> Shot:
        method = self._dice.choice(METHODS)
        path = self._dice.choice(("/", "/sign/", "/api/", "/_dash", "/assets/", "//"))
        path += _quoted(self._text())
        return self._get("junk address", False, self._who(), path, method=method)

    def _form(self) -> Shot:
        path = self._dice.choice(("/login", "/report", "/logout"))
        names = ("username", "password", "next", "text", "figure", "at", "csrf_token", "token")
        fields = urlencode(
            {name: self._text() for name in self._dice.sample(names, 4)}, errors="replace"
        )
        kind = "application/x-www-form-urlencoded"
        # Who is signed out for good asks for nothing more: the forged way out has no token.
        tokened = path != "/logout"
        return self._post("junk form", False, self._who(), path, fields.encode(), kind, tokened)

    def _head(self, who: str, tokened: bool = True) -> dict[str, str]:
        if who == "key":
            return {"Authorization": f"Bearer {self._about['key']}"}
        person = self._about["people"].get(who)
        if not who or not person:
            return {}
        head = {"Cookie": person["cookie"]}
        tokened = tokened and self._dice.random() < 0.9
        return head | ({"X-CSRFToken": person["token"]} if tokened else {})

    def _post(
        self,
        kind: str,
        shaped: bool,
        who: str,
        path: str,
        body: bytes,
        type_: str = "application/json",
        tokened: bool = True,
        **more: str,
    ) -> Shot:
        head = {
            **self._head(who, tokened),
            "Content-Type": type_,
            "Content-Length": str(len(body)),
            **more,
        }
        return Shot(kind, shaped, who, path, _wire("POST", path, head) + body)

    def _get(
        self, kind: str, shaped: bool, who: str, path: str, method: str = "GET", **more: str
    ) -> Shot:
        return Shot(kind, shaped, who, path, _wire(method, path, {**self._head(who), **more}))


def _quoted(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"), safe="/%?=&")


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


def _wire(method: str, path: str, head: dict[str, str]) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name}: {value}" for name, value in head.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8", "replace")


class Line:
    """A kept connection; opened again whenever the server has ended it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._sock: socket.socket | None = None

    def ask(self, shot: Shot) -> tuple[int, bytes]:
        """(status, head and body); status 0 where the connection was ended without an answer."""
        for fresh in (False, True):
            if self._sock is None:
                self._sock = socket.create_connection(("127.0.0.1", self._port), timeout=60)
                fresh = True
            try:
                self._sock.sendall(shot.wire)
                status, found = self._read(shot.wire.startswith(b"HEAD "))
            except OSError:
                status, found = 0, b""
            if status or fresh:
                if not status:
                    self._hang_up()
                return status, found
            self._hang_up()  # it had been idle for too long: once more on a new one
        return 0, b""

    def _hang_up(self) -> None:
        if self._sock is not None:
            self._sock.close()
            self._sock = None

    def _read(self, headless: bool) -> tuple[int, bytes]:
        assert self._sock is not None
        data = b""
        while b"\r\n\r\n" not in data:
            more = self._sock.recv(65_536)
            if not more:
                return 0, b""
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        status, lower = int(head[9:12]), head.lower()
        if not headless and status not in (204, 304):
            body = self._rest(lower, body)
        if b"connection: close" in lower:
            self._hang_up()
        return status, head + b"\r\n\r\n" + body

    def _rest(self, head: bytes, body: bytes) -> bytes:
        assert self._sock is not None
        chunked = b"transfer-encoding: chunked" in head
        length = None
        if b"\r\ncontent-length:" in head:
            length = int(head.split(b"\r\ncontent-length:")[1].split(b"\r\n")[0])
        while not (body.endswith(b"0\r\n\r\n") if chunked else len(body) >= (length or 0)):
            more = self._sock.recv(65_536)
            if not more:
                break
            body += more
        if not chunked and length is None:
            self._hang_up()
        return body


def leak(about: dict[str, Any], shot: Shot, status: int, answer: bytes) -> str | None:
    """What an answer gives away; None when nothing."""
    if b"Traceback (most recent call last)" in answer:
        return "a traceback"
    if shot.who not in ALLOWED_SECRET and about["secret"].encode() in answer:
        return "what lies in quarantine"
    if shot.who == "" and status == 200 and shot.path.startswith(INSIDE):
        return "an internal page to a stranger"
    return None


def fire(about: dict[str, Any], seed: int, count: int) -> dict[str, Any]:
    """Fire `count` shots; what came of them."""
    gunner, line = Gunner(about, seed), Line(about["port"])
    kinds: Counter[str] = Counter()
    statuses: Counter[str] = Counter()
    bad: list[str] = []
    slowest, shaped, started = 0.0, 0, time.monotonic()
    leaks = slow = fives = 0
    for _ in range(count):
        shot = gunner.shot()
        began = time.perf_counter()
        status, answer = line.ask(shot)
        took = time.perf_counter() - began
        kinds[shot.kind] += 1
        shaped += shot.shaped
        statuses[str(status)] += 1
        slowest = max(slowest, took)
        found = leak(about, shot, status, answer)
        leaks, slow, fives = leaks + bool(found), slow + (took > SLOW_S), fives + (status >= 500)
        why = found or (f"{took:.1f} s" if took > SLOW_S else "5xx" if status >= 500 else None)
        if why:
            told = answer.partition(b"\r\n\r\n")[2][:300]
            bad.append(
                f"{why} after {time.monotonic() - started:.1f} s: {shot.kind} by "
                f"{shot.who or 'a stranger'}: {shot.wire[:120]!r} answered {told!r}"
            )
    return {
        "kinds": kinds,
        "statuses": statuses,
        "shaped": shaped,
        "slowest": slowest,
        "bad": bad[:20],
        "fives": fives,
        "slow": slow,
        "leaks": leaks,
    }


if __name__ == "__main__":
    given = json.loads(Path(sys.argv[3]).read_text())
    print(json.dumps(fire(given, int(sys.argv[1]), int(sys.argv[2]))))
