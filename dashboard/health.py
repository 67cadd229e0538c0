"""`/healthz` (alive), `/readyz` (able to serve, and how well) and `/metrics` (Prometheus)."""

import logging
import os
import sqlite3
import threading
from collections import Counter
from time import monotonic
from typing import Any, NotRequired, TypedDict

import flask
from flask import Blueprint
from sqlalchemy.exc import SQLAlchemyError

from dashboard.house.services import Services
from dashboard.security.policy import policy
from data_access.intake.undigested import batches_lately
from data_access.store.condition import condition_of
from data_access.views.readiness import figures, heartbeat, parted
from domain.actor import Role

log = logging.getLogger(__name__)

ENGINE_OK_S = 15.0  # three of the engine's beats of 5 s
ENGINE_DOWN_S = 60.0
PROBE_S = 1.0  # a probe's answer serves everybody who asks within this time
LEVEL = {"ok": 2, "degraded": 1, "down": 0}


class Part(TypedDict):
    """The condition of one part; `age_s` = seconds since it last gave a sign of life.

    `undigested` = batches that the engine has set aside within a day, `disagreements` = places at
    which it found the picture and the alarm log to differ, where there are any; `why` = what is the
    matter, where that is known.
    """

    status: str
    age_s: float | None
    undigested: NotRequired[int]
    why: NotRequired[str]
    disagreements: NotRequired[int]


class Readiness:
    """Probes of the parts, shared by all who ask within a second."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._lock = threading.Lock()
        self._asked_at = -PROBE_S
        self._parts: dict[str, Part] = {}
        self._lived: dict[str, float] = {}  # part → monotonic time of its last sign of life

    def parts(self) -> dict[str, Part]:
        """Condition of database, redis and engine."""
        with self._lock:
            if monotonic() - self._asked_at >= PROBE_S:
                self._parts = self._probe()
                self._asked_at = monotonic()
            return self._parts

    def _probe(self) -> dict[str, Part]:
        try:
            beat = heartbeat(self._services.db)
            undigested = batches_lately(self._services.db, self._services.now_ms)
            differ = parted(self._services.db)
        except (SQLAlchemyError, sqlite3.Error) as error:
            why = condition_of(error)
            log.warning("readiness: the store: %s", why or type(error).__name__)
            database, engine = self._lives("database", False), Part(status="down", age_s=None)
            if why is not None:
                database["why"] = f"{self._services.db.name} {why}"
        else:
            database, engine = self._lives("database", True), self._engine(beat, undigested, differ)
        return {"database": database, "redis": self._redis(), "engine": engine}

    def _redis(self) -> Part:
        """Alive, or alive and refusing to be written: then it carries nothing new."""
        link = self._services.redis
        part = self._lives("redis", link.ping())
        refusal = link.refusal(f"yiping:{self._services.settings.city}:probe")
        if part["status"] == "ok" and refusal is not None:
            part["status"], part["why"] = "degraded", refusal
        return part

    def _lives(self, name: str, alive: bool) -> Part:
        now = monotonic()
        if alive:
            self._lived[name] = now
        last = self._lived.get(name)
        return Part(
            status="ok" if alive else "down", age_s=None if last is None else round(now - last, 1)
        )

    def _engine(self, beat: int | None, undigested: int, differ: int) -> Part:
        if beat is None:
            return Part(status="down", age_s=None)
        age_s = max(0.0, (self._services.now_ms - beat) / 1000)
        status = "ok" if age_s <= ENGINE_OK_S else "degraded" if age_s <= ENGINE_DOWN_S else "down"
        found = Part(status=status, age_s=round(age_s, 1))
        if undigested:
            found["undigested"] = undigested
        if differ:
            found["disagreements"] = differ
        if status == "ok" and (undigested or differ):
            found["status"] = "degraded"
        return found


class Requests:
    """Answers of this process, counted by status class."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def count(self, status: int) -> None:
        """One more answer."""
        self._counts[f"{status // 100}xx"] += 1

    def lines(self) -> list[str]:
        """Prometheus samples; every process counts for itself and says so."""
        worker = os.getpid()
        return [
            f'yiping_http_answers_total{{worker="{worker}",status="{status}"}} {count}'
            for status, count in sorted(self._counts.items())
        ]


def blueprint(services: Services, requests: Requests) -> Blueprint:
    """The three routes."""
    readiness = Readiness(services)
    routes = Blueprint("health", __name__)

    def alive() -> dict[str, str]:
        return {"status": "ok"}

    def ready() -> Any:
        parts = readiness.parts()
        worst = min((part["status"] for part in parts.values()), key=LEVEL.__getitem__)
        down = parts["database"]["status"] == "down"
        overall = "down" if down else "ok" if worst == "ok" else "degraded"
        return flask.make_response({"status": overall, **parts}, 503 if down else 200)

    @policy(Role.OPERATOR, Role.ADMIN)
    def metrics() -> Any:
        text = "\n".join([*_metrics(services, readiness), *requests.lines(), ""])
        return flask.Response(text, content_type="text/plain; version=0.0.4; charset=utf-8")

    routes.add_url_rule("/healthz", "alive", alive)
    routes.add_url_rule("/readyz", "ready", ready)
    routes.add_url_rule("/metrics", "metrics", metrics)
    return routes


def _metrics(services: Services, readiness: Readiness) -> list[str]:
    found = figures(services.db)
    lines = []
    for name, part in readiness.parts().items():
        lines.append(f'yiping_up{{part="{name}"}} {LEVEL[part["status"]] / 2}')
        if part["age_s"] is not None:
            lines.append(f'yiping_age_seconds{{part="{name}"}} {part["age_s"]}')
    lines += [
        f"yiping_readings_accepted_total {found.accepted}",
        f"yiping_readings_duplicate_total {found.duplicates}",
        f"yiping_readings_quarantined_total {found.quarantined}",
        f"yiping_sources {found.sources}",
        f"yiping_sessions {found.sessions}",
        f"yiping_keys_in_force {found.keys_in_force}",
        f"yiping_published_version {found.published_version}",
    ]
    if found.published_at is not None:
        age_s = max(0.0, (services.now_ms - found.published_at) / 1000)
        lines.append(f"yiping_published_age_seconds {age_s:.3f}")
    return lines
