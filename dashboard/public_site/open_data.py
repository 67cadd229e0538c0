"""`/api/v1/public/…`: the published figures as CSV, JSON and XLSX, with catalogue and schema."""

import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from time import monotonic
from urllib.parse import parse_qs
from wsgiref.types import StartResponse

import msgspec

from dashboard.public_site.dcat import catalogue_of
from dashboard.public_site.described import openapi
from dashboard.public_site.feed import PublicFeed
from dashboard.public_site.news import ATOM, feed
from dashboard.public_site.reports import off_the_loop
from dashboard.public_site.sheets import COLUMNS, TYPES, Table, written
from dashboard.public_site.words import Words
from dashboard.security.headers import DATA_CSP, OPEN
from dashboard.security.senders import sender_of
from dashboard.wire.replies import JSON, Document, Environ
from dashboard.words.refusal import refusal
from data_access.public import queries
from data_access.public.queries import Value
from data_access.store.db import Database
from domain.catalogue import Catalogue
from domain.clock import to_rfc3339
from domain.publication import Publication

PREFIX = "/api/v1/public/"
JSON_LD = "application/ld+json"
WHOLE = ("datasets.json", "news.atom")  # name their own addresses, so they differ by host
PER_MINUTE = 120
MAKING = {"csv": 8, "json": 8, "xlsx": 12}  # what a table costs that is not ready
SHEETS_PER_MINUTE = 12  # made for everybody together: a second's work each
REMEMBERED = 50_000  # senders
XLSX_DAYS = 31  # a spreadsheet takes seconds for each ten thousand rows
LONGEST_DAYS = 400
KEPT = 64
_SIGN = re.compile(r"signs/([A-Z]{2,5}-[0-9]{2,4})\.(csv|json|xlsx)")
_TABLE = re.compile(r"(signs|days|weeks|streets)\.(csv|json|xlsx)")


class Refused(Exception):
    """A question that cannot be answered: (status line, detail)."""

    def __init__(self, status: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status


class Turnstile:
    """So many requests a minute from one address; counts are forgotten with the minute."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = monotonic) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._minute = -1
        self._counts: dict[str, int] = {}

    def wait(self, address: str, cost: int = 1) -> int:
        """Seconds to wait; 0 when a request of that cost may pass (and is counted)."""
        now = self._clock()
        if int(now // 60) != self._minute or len(self._counts) > REMEMBERED:
            self._minute = int(now // 60)
            self._counts = {}
        count = self._counts.get(address, 0) + cost
        if count > self._per_minute:
            return int(60 - now % 60) + 1
        self._counts[address] = count
        return 0


class OpenData:
    """The answers, each made once for a version of the publication."""

    def __init__(
        self,
        db: Database,
        catalogue: Catalogue,
        rules: Publication,
        feed: PublicFeed,
        make: Callable[..., Document],
        behind_proxy: bool = False,
    ) -> None:
        self._behind_proxy = behind_proxy
        self._db = db
        self._catalogue = catalogue
        self.rules = rules
        self._feed = feed
        self._make = make
        self._kept: OrderedDict[tuple[str, str, str], tuple[int, Document]] = OrderedDict()
        self._lock = threading.Lock()
        self.turnstile = Turnstile(PER_MINUTE)
        self.sheets = Turnstile(SHEETS_PER_MINUTE)

    def answer(
        self, environ: Environ, start_response: StartResponse, origin: str
    ) -> Iterable[bytes]:
        """200, 304, or a JSON object that says what was wrong. `origin`: where we are asked."""
        name, query = environ["PATH_INFO"].removeprefix(PREFIX), environ.get("QUERY_STRING", "")
        wait = self._wait(sender_of(environ, self._behind_proxy), name, query)
        if wait:
            detail = f"at most {PER_MINUTE} requests a minute: try again in {wait} s"
            return self._refuse(
                environ, start_response, "429 Too Many Requests", detail, ("Retry-After", str(wait))
            )
        try:
            found = self.document(name, query, origin)
        except Refused as refused:
            return self._refuse(environ, start_response, refused.status, str(refused))
        return found.answer(environ, start_response)

    def _wait(self, sender: str, name: str, query: str) -> int:
        kind = name.rpartition(".")[2]
        table = (_TABLE.fullmatch(name) or _SIGN.fullmatch(name)) is not None
        if not table or self._ready(name, query) is not None:
            return self.turnstile.wait(sender)
        wait = self.turnstile.wait(sender, MAKING[kind])
        return wait or (self.sheets.wait("") if kind == "xlsx" else 0)

    def document(self, name: str, query: str, origin: str) -> Document:
        """The document of a name; Refused when there is none."""
        where = origin if name in WHOLE else ""
        ready = self._ready(name, query, where)
        if ready is not None:
            return ready
        version = self._feed.now.version if self._feed.now else 0
        made = self._make(*self.body(name, query, origin))
        with self._lock:
            self._kept[name, query, where] = (version, made)
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return made

    def _ready(self, name: str, query: str, origin: str = "") -> Document | None:
        version = self._feed.now.version if self._feed.now else 0
        kept = self._kept.get((name, query, origin))
        return kept[1] if kept is not None and kept[0] == version else None

    def body(self, name: str, query: str = "", origin: str = "") -> tuple[str, bytes]:
        """(content type, bytes) of a name; Refused when there is none."""
        match name:
            case "datasets.json":
                base = f"{origin}{PREFIX}"
                found = catalogue_of(self._catalogue, self.rules, base, f"{origin}/")
                return JSON_LD, _json(found)
            case "news.atom":
                words = Words(self._catalogue, _language(query))
                made_at = self._feed.now.made_at if self._feed.now else 0
                return ATOM, feed(self._db, self.rules, words, origin, made_at)
            case "openapi.json":
                return JSON, _json(openapi(self._catalogue))
            case "manifest.json":
                return JSON, _json(self._manifests())
            case "corrections.json":
                newest = queries.newest_corrections(self._db, 1000)
                return JSON, _json([item._asdict() for item in newest])
        table = self._table(name, query)
        if table is None:
            raise Refused("404 Not Found", f"there is no {PREFIX}{name[:40]}: see openapi.json")
        kind = name.rpartition(".")[2]
        return TYPES[kind], off_the_loop(lambda: written(table, kind))

    def _manifests(self) -> list[dict[str, object]]:
        """The rules, newest first; the first entry also says what they did to the newest day."""
        found: list[dict[str, object]] = [
            {"in_force_since": to_rfc3339(at), **body} for at, body in queries.manifests(self._db)
        ]
        newest = queries.newest_start(self._db, "day")
        if found and newest is not None:
            marks = queries.marks_of_day(self._db, newest, self._catalogue.code)
            day = self._local_day(newest)
            found[0]["newest_day_of_streets"] = {"day": day, "cells_by_mark": marks}
        return found

    def _local_day(self, ms: int) -> str:
        return self._catalogue.zone.date(ms)

    def _table(self, name: str, query: str) -> Table | None:
        one = _SIGN.fullmatch(name)
        if one is not None:
            from_ms, to_ms_ = self._span(query, 30)
            if one[1] not in self._told():
                return None
            return self._closed(
                "day",
                queries.values_between(
                    self._db, "day", from_ms, to_ms_, self._catalogue.code, one[1]
                ),
            )
        named = _TABLE.fullmatch(name)
        if named is None:
            return None
        most = XLSX_DAYS if named[2] == "xlsx" else LONGEST_DAYS
        match named[1]:
            case "signs":
                return self._present()
            case "days":
                from_ms, to_ms_ = self._span(query, 30, most)
                place: str | None = self._catalogue.code
                return self._closed(
                    "day", queries.values_between(self._db, "day", from_ms, to_ms_, place)
                )
            case "weeks":
                from_ms, to_ms_ = self._span(query, 56)
                return self._closed(
                    "week", queries.values_between(self._db, "week", from_ms, to_ms_)
                )
            case _:
                from_ms, to_ms_ = self._span(query, 1, most=7)
                found = queries.values_between(self._db, "day", from_ms, to_ms_)
                streets = [v for v in found if v.place != self._catalogue.code]
                return self._closed("day", streets)

    def _told(self) -> set[str]:
        live = {s.code for s in self._catalogue.signs if self.rules.is_live(s)}
        return live | set(self.rules.bands)

    def _span(self, query: str, days: int, most: int = LONGEST_DAYS) -> tuple[int, int]:
        """The half-open interval of `from` and `to` (local dates, both included)."""
        try:
            asked = parse_qs(query, max_num_fields=8, strict_parsing=bool(query))
        except ValueError:
            raise Refused("400 Bad Request", "the query cannot be read") from None
        unknown = asked.keys() - {"from", "to", "day"}
        if unknown:
            raise Refused("400 Bad Request", "known in a query: day, from, to")
        newest, zone = queries.newest_start(self._db, "day") or 0, self._catalogue.zone
        if "day" in asked:
            first = self._midnight(asked["day"][0])
            return first, zone.next_day(first)
        last = self._midnight(asked["to"][0]) if "to" in asked else newest
        back = zone.next_day(last, 1 - days)
        first = self._midnight(asked["from"][0]) if "from" in asked else back
        if not 0 <= zone.days_between(first, last) < most:
            raise Refused("400 Bad Request", f"from … to: at most {most} days, oldest first")
        return first, zone.next_day(last)

    def _midnight(self, text: str) -> int:
        try:
            return self._catalogue.zone.date_start(text)
        except (ValueError, OverflowError):
            raise Refused("400 Bad Request", "a date is written 2026-11-23") from None

    def _closed(self, period: str, values: Iterable[Value]) -> Table:
        signs, streets = self._catalogue.sign, self._catalogue.street
        rows = []
        for v in values:
            sign = signs.get(v.sign)
            if sign is None:
                continue
            place = streets.get(v.place)
            name = place.name if place else self._catalogue.name
            start = self._local_day(v.start)
            rows.append(
                (
                    period,
                    start,
                    v.sign,
                    sign.name.zh,
                    sign.name.en,
                    v.place,
                    name.zh,
                    name.en,
                    v.value,
                    v.low,
                    v.high,
                    v.mark,
                    sign.measured_in.zh,
                    "",
                    v.demo,
                )
            )
        return Table(COLUMNS, tuple(rows))

    def _present(self) -> Table:
        now = self._feed.now
        if now is None:
            raise Refused("503 Service Unavailable", "nothing has been published yet")
        rows = []
        for code, item in now.signs.items():
            sign = self._catalogue.sign[code]
            rows.append(
                (
                    "present",
                    item["at"] or "",
                    code,
                    sign.name.zh,
                    sign.name.en,
                    self._catalogue.code,
                    self._catalogue.name.zh,
                    self._catalogue.name.en,
                    item["value"],
                    None,
                    None,
                    item.get("mark", "missing" if item["value"] is None else "exact"),
                    sign.measured_in.zh,
                    item["state"],
                    now.demo,
                )
            )
        return Table(COLUMNS, tuple(rows))

    def _refuse(
        self,
        environ: Environ,
        start_response: StartResponse,
        status: str,
        detail: str,
        *extra: tuple[str, str],
    ) -> Iterable[bytes]:
        body = _json(refusal(int(status[:3]), detail))
        head = [
            ("Content-Type", JSON),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"),
            *OPEN,
            ("Content-Security-Policy", DATA_CSP),
            *extra,
        ]
        start_response(status, head)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def allow(start_response: StartResponse) -> Iterable[bytes]:
    """The answer to a browser that asks whether a page elsewhere may read the open data."""
    head = [
        ("Access-Control-Allow-Methods", "GET, HEAD"),
        ("Access-Control-Allow-Headers", "If-None-Match"),
        ("Access-Control-Max-Age", "86400"),
        ("Content-Length", "0"),
        *OPEN,
        ("Content-Security-Policy", DATA_CSP),
    ]
    start_response("204 No Content", head)
    return []


def _language(query: str) -> str:
    """The language of a feed; it knows no other question."""
    if query not in ("", "lang=zh", "lang=en"):
        raise Refused("400 Bad Request", "known in a query: lang (zh, en)")
    return query[-2:] or "zh"


def _json(value: object) -> bytes:
    return msgspec.json.encode(value)
