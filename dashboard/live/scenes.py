"""What the wall asks for beside its snapshot: one sign at every place, and frames of the past.

The lane has checked the caller and left the actor in the environment. Every answer is bounded: a
sign's is made at most once a second, a stretch of frames is no longer than their retention.
"""

import gzip
import logging
import re
import sqlite3
import zlib
from collections.abc import Callable, Iterable
from time import monotonic
from urllib.parse import parse_qs
from wsgiref.types import StartResponse

from sqlalchemy.exc import SQLAlchemyError

from dashboard.house.services import Services
from dashboard.live.documents import json_document
from dashboard.wire.replies import JSON, RETRY, REVALIDATE, Document, Environ, refuse
from data_access.series import rollups
from data_access.store.condition import store_said
from data_access.views import frames
from domain.actor import Actor
from domain.aggregation import bucket_value
from domain.catalogue import Catalogue
from domain.clock import DAY_MS, HOUR_MS, MINUTE_MS, to_rfc3339
from domain.judging import lines_of
from domain.picture import Cell, crossing_facts, deepest_first
from domain.sign import GRADED, Sign

log = logging.getLogger(__name__)

ACTOR = "yiping.actor"
"""Where the lane leaves the caller in the environment."""

VIEW = "screen"
SIGN = "/live/screen/sign/"
HOURS = 24
LONGEST_MS = 8 * DAY_MS  # of frames asked for at once
SETTLED_MS = 2 * MINUTE_MS  # an engine that restarts may write the present minute once more
KEPT_FOR = "private, max-age=604800, immutable"
_NUMBER = re.compile(r"\d{1,15}")

Hours = list[tuple[int, float | None]]


class _Answers:
    """An answer from the store: 503 when that does not answer."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def answer(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """The document, or why there is none."""
        try:
            found = self._find(environ, environ[ACTOR])
        except (SQLAlchemyError, sqlite3.Error, OSError) as error:
            said = store_said(self._services.db.name, error)
            log.error("live: %s: %s: %s", environ["PATH_INFO"], said, error)
            found = ("503 Service Unavailable", said)
        if isinstance(found, Document):
            return found.answer(environ, start_response)
        extra = (RETRY,) if found[0].startswith("503") else ()
        return refuse(environ, start_response, *found, *extra)

    def _find(self, environ: Environ, actor: Actor) -> Document | tuple[str, str]:
        raise NotImplementedError


class SignRoute(_Answers):
    """`/live/screen/sign/<code>`: the present at every place, the district's last 24 hours."""

    def __init__(self, services: Services, now: Callable[[], float] = monotonic) -> None:
        super().__init__(services)
        self._now = now
        self._kept: dict[str, tuple[float, Document]] = {}
        self._hours: dict[str, tuple[int, Hours]] = {}  # sign → minute, series

    def _find(self, environ: Environ, actor: Actor) -> Document | tuple[str, str]:
        code = environ["PATH_INFO"].removeprefix(SIGN)
        sign = self._services.catalogue.sign.get(code)
        if sign is None:
            return "404 Not Found", "there is no such sign"
        made_at, document = self._kept.get(code, (0.0, None))
        if document is not None and self._now() - made_at < 1.0:
            return document
        picture = self._services.pictures.now(actor)
        if picture is None or code not in picture.signs:
            return "503 Service Unavailable", "nothing has been published yet"
        cells = picture.of_sign(code)
        district = cells.pop(picture.district, None)
        document = json_document(
            {
                "sign": code,
                "version": picture.version,
                "as_of": to_rfc3339(picture.as_of),
                "district": None if district is None else _cell(district),
                "lines": _lines(self._services.catalogue, sign, district, picture.as_of),
                "places": [
                    {"code": place, **_cell(cell)}
                    for place, cell in deepest_first(cells.items(), lambda pair: pair[1])
                ],
                "hours": self._series(sign),
            }
        )
        self._kept[code] = (self._now(), document)
        return document

    def _series(self, sign: Sign) -> Hours:
        """The value of each of the last 24 hours, the present one included; null for a gap."""
        services = self._services
        minute = services.now_ms // MINUTE_MS
        known = self._hours.get(sign.code)
        if known is not None and known[0] == minute:
            return known[1]
        city = services.catalogue
        to_ms = city.zone.slot_end(services.now_ms, HOUR_MS)
        from_ms = to_ms - HOURS * HOUR_MS
        rows = rollups.series(services.db, city.code, sign.code, "hour", from_ms, to_ms)
        values = {row[2]: round(bucket_value(sign, sign.rule, row), sign.decimals) for row in rows}
        hours = [(hour, values.get(hour)) for hour in range(from_ms, to_ms, HOUR_MS)]
        self._hours[sign.code] = (minute, hours)
        return hours


class FramesRoute(_Answers):
    """`/live/screen/frames?from=&to=`: the minutes of which there is a frame, as runs."""

    def _find(self, environ: Environ, actor: Actor) -> Document | tuple[str, str]:
        now_ms = self._services.now_ms
        to_ms = _number(environ, "to", now_ms + MINUTE_MS)
        from_ms = _number(environ, "from", now_ms - LONGEST_MS + MINUTE_MS)
        if from_ms is None or to_ms is None or not 0 < to_ms - from_ms <= LONGEST_MS:
            detail = "from < to in epoch ms are needed, no more than eight days apart"
            return "400 Bad Request", detail
        runs = frames.minutes(self._services.db, actor, VIEW, from_ms, to_ms)
        return json_document({"from": from_ms, "to": to_ms, "step": MINUTE_MS, "runs": runs})


class FrameRoute(_Answers):
    """`/live/screen/frame?at=<epoch ms>`: the snapshot of that minute, as it was stored."""

    def _find(self, environ: Environ, actor: Actor) -> Document | tuple[str, str]:
        at_ms = _number(environ, "at", None)
        if at_ms is None:
            return "400 Bad Request", "at=<epoch ms of a minute> is needed"
        packed = frames.frame(self._services.db, actor, VIEW, at_ms)
        if packed is None:
            return "404 Not Found", "no frame is kept of that minute"
        try:
            body = gzip.decompress(packed)
        except (OSError, EOFError, zlib.error):
            log.exception("the frame of %s is torn", at_ms)
            return "404 Not Found", "the frame of that minute cannot be read"
        settled = self._services.now_ms - at_ms > SETTLED_MS
        etag = f"{at_ms}-{zlib.crc32(packed):08x}"
        variants = {"gzip": packed, "": body}
        return Document(etag, JSON, variants, KEPT_FOR if settled else REVALIDATE)


def _cell(cell: Cell) -> dict[str, object]:
    return {
        "value": cell.value,
        "state": cell.state,
        "freshness": cell.freshness,
        "observed_at": to_rfc3339(cell.at),
        "since": to_rfc3339(cell.since),
        "demo": cell.demo,
        **crossing_facts(cell),
    }


def _lines(catalogue: Catalogue, sign: Sign, cell: Cell | None, as_of: int) -> dict[str, object]:
    """The lines that judged the district's value, under the names of the static companion."""
    version = None if cell is None else cell.version
    found = lines_of(catalogue, sign, catalogue.code, version, as_of)
    grades = zip(GRADED, found.lower, found.higher, strict=True)
    edges = {state.value: [low, high] for state, low, high in grades}
    return {"version": found.version, "typical": found.typical, **edges}


def _number(environ: Environ, name: str, default: int | None) -> int | None:
    """A whole number of the query; the default when it is left out, None when it is none."""
    given = parse_qs(environ.get("QUERY_STRING", "")[:512], keep_blank_values=True).get(name)
    if given is None:
        return default
    return int(given[0]) if _NUMBER.fullmatch(given[0]) and given[0].isascii() else None
