"""`POST /screen/log`: a wall says what it showed and why; each switch is a row of the audit log.

The gate has checked session and CSRF token. A wall may say so much and no more: its switches are
scenes that exist, and a wall that talks too fast is told to wait.
"""

from typing import Annotated, Literal

import flask
import msgspec
from werkzeug.exceptions import BadRequest, TooManyRequests

from dashboard.house.services import Services
from dashboard.security.policy import policy
from dashboard.security.sessions import caller_address, current_actor
from data_access.accounts import throttle
from data_access.accounts.audit import Entry, Result, write_audit
from data_access.store.db import Database
from domain.actor import PEOPLE, Role
from domain.wall import MODES, scene_fault

PATH = "/screen/log"
AT_ONCE = 20  # switches in one request
CAPACITY, REFILL_S = 30, 2.0  # requests of one wall
REPLAY = "replay"

Why = Literal["turn", "key", "alarm", "storm", "return", "idle", "mode", "replay", "live"]


class Switch(msgspec.Struct, frozen=True, rename={"before": "from", "after": "to"}):
    """From one scene to another."""

    before: str
    after: str
    why: Why
    mode: str


class Told(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of a request."""

    profile: str
    switches: Annotated[list[Switch], msgspec.Meta(min_length=1, max_length=AT_ONCE)]


def blueprint(services: Services) -> flask.Blueprint:
    """The route."""
    routes = flask.Blueprint("switches", __name__)

    @routes.post(PATH)
    @policy(*PEOPLE, Role.SCREEN)
    def log_switches() -> tuple[str, int]:
        told = _parse(services)
        who, now_ms = current_actor().label, services.now_ms
        entries = [
            Entry(now_ms, who, "screen.switch", _say(told, switch), Result.OK, caller_address())
            for switch in told.switches
        ]
        wait_s = services.writer.run(lambda db: _write(db, who, entries, now_ms))
        if wait_s:
            raise TooManyRequests("this wall says too much", retry_after=int(wait_s) + 1)
        return "", 204

    return routes


def _parse(services: Services) -> Told:
    """The body, once every word in it is known here; BadRequest otherwise."""
    city = services.catalogue
    try:
        told = msgspec.convert(flask.request.get_json(), Told)
    except msgspec.ValidationError as error:
        raise BadRequest(str(error)) from None
    if told.profile and told.profile not in {wall.code for wall in city.walls}:
        raise BadRequest("profile: there is no such one")
    domains = {domain.code for domain in city.domains}
    for switch in told.switches:
        if switch.mode not in MODES:
            raise BadRequest("mode: there is no such one")
        for scene in (switch.before, switch.after):
            if scene != REPLAY and scene_fault(scene, domains, city.sign):
                raise BadRequest("there is no such scene")
    return told


def _say(told: Told, switch: Switch) -> str:
    where = f"{told.profile}/{switch.mode}" if told.profile else switch.mode
    return f"{switch.before} → {switch.after}: {switch.why} ({where})"


def _write(db: Database, who: str, entries: list[Entry], now_ms: int) -> float:
    """Write them down unless there have been too many; seconds to wait then."""
    with db.write() as conn:
        bucket = throttle.Bucket(f"{PATH}:{who}", CAPACITY, REFILL_S)
        wait_s = throttle.take(conn, [bucket], now_ms)
        if not wait_s:
            for entry in entries:
                write_audit(conn, entry)
    return wait_s
