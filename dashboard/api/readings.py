"""POST /api/v1/readings: what a source sends, answered after it is committed."""

import math
from dataclasses import asdict
from typing import Any

import flask
from flask import g, request

from dashboard.api.allowance import Allowance
from dashboard.api.body import body_of, gunzip
from dashboard.api.decoding import TooMany, Unreadable, decode_array, decode_lines
from dashboard.api.errors import RETRY_S, ApiError
from dashboard.services import Services
from dashboard.writer import Overloaded, Writer
from data_access.db import Database
from data_access.intake import WAIT_S, Busy, Outcome, accept, refuse_body
from data_access.keys import Key
from data_access.sources import RetiredSource, UnknownSource

QUEUE = 16  # requests that may wait for the store in one process
NDJSON = frozenset({"application/x-ndjson", "application/ndjson", "application/jsonl"})


class ReadingsApi:
    """The view and what it keeps between requests."""

    def __init__(self, services: Services, allowance: Allowance) -> None:
        self._services = services
        self._allowance = allowance
        self._writer = Writer(services.settings, services.db, QUEUE, WAIT_S)

    def __call__(self) -> flask.Response:
        """Take in one body of readings."""
        key = _key()
        wait = self._allowance.wait_s(key.name)
        if wait > 0:
            raise ApiError(
                429, "too_fast", "this key sends too much", retry_after_s=math.ceil(wait)
            )
        body, zipped = body_of(request)
        lines = request.mimetype in NDJSON
        now = self._services.now_ms
        source = str(key.source)

        def work(db: Database) -> Outcome:
            return self._take(db, source, body, zipped, lines, now)

        try:
            outcome = self._writer.run(work)
        except UnknownSource as unknown:
            raise ApiError(401, "unauthorised", str(unknown), field="source") from None
        except RetiredSource as retired:
            raise ApiError(422, "retired", str(retired), field="source") from None
        except (Busy, Overloaded) as busy:
            raise ApiError(503, "busy", str(busy), retry_after_s=RETRY_S) from None
        count = outcome.accepted + outcome.duplicates + len(outcome.rejected)
        self._allowance.charge(key.name, count)
        return _answer(outcome)

    def _take(
        self, db: Database, source: str, body: bytes, zipped: bool, lines: bool, now: int
    ) -> Outcome:
        try:
            content = gunzip(body) if zipped else body
            parcel = decode_lines(content) if lines else decode_array(content)
        except TooMany as error:
            raise ApiError(413, "too_many", str(error), field="body") from None
        except Unreadable as error:
            refuse_body(db, source, body, f"body: {error}", now, "api")
            raise ApiError(422, "unreadable", str(error), field="body") from None
        if not parcel.readings and not parcel.faults:
            return Outcome(0, 0, ())
        services = self._services
        return accept(
            db,
            services.catalogue,
            source,
            parcel,
            now,
            "api",
            retain_days=services.settings.retain_raw_days,
        )


def _key() -> Key:
    """The ingest key that the gate has found."""
    key = g.get("key")
    if not isinstance(key, Key) or key.source is None:
        raise ApiError(401, "unauthorised", "an ingest key is needed", field="Authorization")
    return key


def _answer(outcome: Outcome) -> flask.Response:
    told: dict[str, Any] = {
        "accepted": outcome.accepted,
        "duplicates": outcome.duplicates,
        "rejected": [asdict(rejection) for rejection in outcome.rejected],
    }
    return flask.jsonify(told)
