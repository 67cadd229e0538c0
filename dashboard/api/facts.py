"""POST /api/v1/<kind>: facts that a source sends, answered after they are committed.

A body goes through two places, in fair turns of the keys: it is read and judged on one of a few
native threads, and stored by the one that writes. So neither a costly body nor a key that sends
much keeps another key waiting, and no viewer notices either.
"""

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any, NoReturn, TypeVar

import flask
from flask import g, request

from dashboard.api.allowance import FACTS_PER_S, Allowance
from dashboard.api.body import body_of, gunzip
from dashboard.api.budget import Budget, TooSlow
from dashboard.api.cutting import Unreadable
from dashboard.api.decoding import Decoder, TooMany
from dashboard.api.errors import RETRY_S, ApiError
from dashboard.house.services import Services
from dashboard.threads.native import NativeThreads, Precedence
from dashboard.threads.turns import Shares, TooManyAtOnce, Turns
from dashboard.threads.writer import Overloaded, Writer
from data_access.accounts.keys import Key
from data_access.intake.door import WAIT_S, Busy, Judged, Outcome, judge, refuse_body, store
from data_access.intake.kind import Kind
from data_access.intake.sources import RetiredSource, UnknownSource
from data_access.store.db import Database
from domain.clock import Steadiness
from domain.declared import Sentinels
from domain.facts.fact import Reason

EACH = 16  # requests of one key that a process holds at once
TOGETHER = 64  # of all keys; the first of each key is always let in
READERS = 4  # bodies that are read at once, of different keys
T = TypeVar("T")
NDJSON = frozenset({"application/x-ndjson", "application/ndjson", "application/jsonl"})


@dataclass(slots=True)
class _Body:
    """One body as it came."""

    decoder: Decoder[Any]
    kind: Kind[Any]
    source: str
    sentinels: Sentinels
    data: bytes
    zipped: bool
    lines: bool
    at_ms: int
    cost: int = 0  # in facts, told when it has been read


_BY_CLOCK = frozenset({Reason.TOO_FAR_AHEAD, Reason.TOO_FAR_BEHIND})


class FactsApi:
    """The view of all kinds, and what it keeps between requests."""

    def __init__(self, services: Services, allowance: Allowance) -> None:
        self._services = services
        self._allowance = allowance
        self._shares = Shares(EACH, TOGETHER)
        self._reading, self._readers = Turns(READERS), NativeThreads(READERS)
        self._precedence = Precedence()
        self._steadiness = Steadiness(lambda: services.now_ms, monotonic)
        self._storing, self._writer = Turns(1), Writer(services.settings, services.db)

        self._decoders: dict[str, Decoder[Any]] = {}

    def __call__(self, kind: Kind[Any]) -> flask.Response:
        """Take in one body of facts of a kind."""
        key = _key()
        wait = self._allowance.wait_s(key.name)
        if wait > 0:
            raise _too_fast("this key sends too much", math.ceil(wait))
        try:
            with self._shares.share(key.name):
                return _answer(self._take(kind, key))
        except TooManyAtOnce as many:
            raise _too_fast(f"this key has {many}", RETRY_S) from None
        except UnknownSource as unknown:
            raise ApiError(401, "unauthorised", str(unknown), field="source") from None
        except RetiredSource as retired:
            raise ApiError(422, "retired", str(retired), field="source") from None
        except (Busy, Overloaded) as busy:
            raise ApiError(503, "busy", str(busy), retry_after_s=RETRY_S) from None

    def _take(self, kind: Kind[Any], sender: Key) -> Outcome:
        key, (data, zipped) = sender.name, body_of(request)
        lines = request.mimetype in NDJSON
        none = Sentinels.of(sender.missing)
        now = self._services.now_ms
        source, decoder = str(sender.source), self._decoder(kind)
        body = _Body(decoder, kind, source, none, data, zipped, lines, now)
        try:
            with self._reading.turn(key, WAIT_S):
                judged = self._readers.run(lambda: self._judge(body))
        finally:  # whatever came of it, the key pays for the work
            self._allowance.charge(key, body.cost)
        if isinstance(judged, Unreadable):
            self._refuse(key, body, judged)
        if not self._steadiness.look() and any(r.reason in _BY_CLOCK for r, _ in judged.refused):
            raise Busy("our clock has just been set: nothing is refused by it yet, send again")
        if not judged.parcel.facts and not judged.parcel.faults:
            return Outcome(0, 0, ())
        return self._write(key, lambda db: store(db, [judged], body.at_ms, "api")[0])

    def _decoder(self, kind: Kind[Any]) -> Decoder[Any]:
        if kind.name not in self._decoders:
            self._decoders[kind.name] = Decoder(kind)
        return self._decoders[kind.name]

    def _write(self, key: str, work: Callable[[Database], T]) -> T:
        def ahead(db: Database) -> T:
            with self._precedence.ahead():
                return work(db)

        with self._storing.turn(key, WAIT_S):
            return self._writer.run(ahead)

    def _judge(self, body: _Body) -> Judged | Unreadable:
        """Read and check a body, and note what that cost."""
        budget, count = Budget(give_way=self._precedence.give_way), 0
        try:
            content = gunzip(body.data, budget) if body.zipped else body.data
            decode = body.decoder.lines if body.lines else body.decoder.array
            parcel = decode(content, budget, body.sentinels)
            count = len(parcel.facts) + len(parcel.faults)
            services = self._services
            days = services.settings.retain_raw_days
            return judge(
                body.kind,
                services.catalogue,
                body.source,
                parcel,
                body.at_ms,
                days,
                body.sentinels,
            )
        except (TooMany, TooSlow) as error:
            raise ApiError(413, "too_many", str(error), field="body") from None
        except Unreadable as error:
            return error
        finally:
            body.cost = max(count, int(budget.spent * FACTS_PER_S))

    def _refuse(self, key: str, body: _Body, error: Unreadable) -> NoReturn:
        """Keep a body that nobody can read, and say so."""
        detail = f"body: {error}"
        self._write(
            key, lambda db: refuse_body(db, body.source, body.data, detail, body.at_ms, "api")
        )
        raise ApiError(422, "unreadable", str(error), field="body")


def _key() -> Key:
    """The ingest key that the gate has found."""
    key = g.get("key")
    if not isinstance(key, Key) or key.source is None:
        raise ApiError(401, "unauthorised", "an ingest key is needed", field="Authorization")
    return key


def _too_fast(message: str, retry_s: int) -> ApiError:
    return ApiError(429, "too_fast", message, retry_after_s=retry_s)


def _answer(outcome: Outcome) -> flask.Response:
    rejected = [
        {"index": fault.index, "reason": fault.reason, "detail": fault.detail}
        for fault in outcome.rejected
    ]
    told = {
        "accepted": outcome.accepted,
        "duplicates": outcome.duplicates,
        "rejected": rejected,
    }
    return flask.Response(json.dumps(told) + "\n", mimetype="application/json")
