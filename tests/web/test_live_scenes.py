"""`/live/screen/sign/…`, `/frames`, `/frame`: who gets what, bad input, what is kept how long."""

import gzip
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from dashboard.live.lane import Lane
from dashboard.live.scenes import HOURS, LONGEST_MS
from data_access.accounts import keys
from data_access.intake import door as intake
from data_access.intake.kinds.reading import READING
from domain.actor import Role
from domain.clock import HOUR_MS, MINUTE_MS, slot_start, to_rfc3339
from domain.facts.reading import Reading
from engine.loop import Engine
from engine.publisher import Publisher
from tests.web.site import Site

SIGN = "FAC-13"
STREET = "310115005"
PATHS = (f"/live/screen/sign/{SIGN}", "/live/screen/frames", "/live/screen/frame?at=0")


class Reply(NamedTuple):
    """What the lane answered."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class City:
    """A site with an engine beside it and the fast lane in front."""

    def __init__(self, site: Site) -> None:
        self.site = site
        services = site.services
        self.lane = Lane(services, lambda environ, start: [b"passed on"])
        self.lane._started = True  # no feed: what is asked here comes from the store
        self.engine = Engine(site.db, services.catalogue, site.clock.ms)
        self.publisher = Publisher(site.db, services.redis, "test", site.clock.ms)
        self.cookie = self.cookie_of(Role.LEADER)

    def cookie_of(self, role: Role) -> str:
        client = self.site.person(role).client
        found = client.get_cookie("yiping_session")
        assert found is not None
        return f"yiping_session={found.value}"

    def send(self, value: float) -> None:
        at = to_rfc3339(self.site.clock.ms) or ""
        catalogue = self.site.services.catalogue
        source = catalogue.sign[SIGN].source
        row = Reading(source=source, sign=SIGN, street=STREET, observed_at=at, value=value)
        assert intake.accept(
            READING, self.site.db, catalogue, source, [row], self.site.clock.ms, "api"
        ).accepted

    def publish(self) -> int:
        """Take in what was sent and publish; the minute of the frame."""
        while self.engine.turn():
            pass
        self.publisher.publish(self.engine.city, self.site.clock.ms)
        self.site.services.pictures._asked_at = float("-inf")
        return slot_start(self.site.clock.ms, MINUTE_MS, 0)

    def ask(self, path: str, cookie: str | None = "", method: str = "GET", **head: str) -> Reply:
        address, _, query = path.partition("?")
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": address,
            "QUERY_STRING": query,
            "HTTP_HOST": "localhost",
            "HTTP_COOKIE": self.cookie if cookie == "" else cookie or "",
            **{f"HTTP_{name}": value for name, value in head.items()},
        }
        heard: list[tuple[str, list[tuple[str, str]]]] = []
        body = self.lane(environ, lambda status, headers: heard.append((status, headers)))  # type: ignore[arg-type,func-returns-value]
        return Reply(int(heard[0][0][:3]), dict(heard[0][1]), b"".join(body))


@pytest.fixture
def city(site: Site) -> Iterator[City]:
    made = City(site)
    yield made
    made.lane.drain()


@pytest.mark.parametrize("path", PATHS)
def test_roles_and_keys(city: City, path: str) -> None:
    city.publish()
    expected = 404 if "at=0" in path else 200
    for role in (Role.LEADER, Role.DEPARTMENT, Role.OPERATOR, Role.ADMIN):
        assert city.ask(path, city.cookie_of(role)).status == expected, role
    secret = keys.add_key(city.site.db, "hall", keys.KeyKind.SCREEN, None, city.site.clock.ms)
    joint = "&" if "?" in path else "?"
    assert city.ask(f"{path}{joint}key={secret}", None).status == expected
    assert city.ask(f"{path}{joint}key={secret}x", None).status == 401
    assert city.ask(path, None).status == 401
    assert city.ask(path, method="POST").status == 405


def test_a_sign_at_every_place_with_its_day(city: City) -> None:
    path = f"/live/screen/sign/{SIGN}"
    assert city.ask(path).status == 503  # nothing published yet
    city.send(32.0)
    city.publish()
    reply = city.ask(path)
    found = reply.json()
    assert found["sign"] == SIGN
    assert (found["district"]["value"], found["district"]["state"]) == (32.0, "alarm")
    assert found["district"]["threshold"] == 25.0
    places = {place["code"]: place for place in found["places"]}
    assert set(places) == set(city.site.services.catalogue.street)
    assert (places[STREET]["value"], places[STREET]["state"]) == (32.0, "alarm")
    silent = next(place for code, place in places.items() if code != STREET)
    assert (silent["value"], silent["state"], silent["freshness"]) == (None, "unknown", "never")
    hours = [hour for hour, _ in found["hours"]]
    assert hours == list(range(hours[0], hours[0] + HOURS * HOUR_MS, HOUR_MS))
    assert hours[-1] <= city.site.clock.ms < hours[-1] + HOUR_MS
    again = city.ask(path, IF_NONE_MATCH=reply.headers["ETag"])
    assert (again.status, again.body) == (304, b"")
    assert gzip.decompress(city.ask(path, ACCEPT_ENCODING="gzip").body) == reply.body


@pytest.mark.parametrize("code", ["", "FAC-99", "fac-13", "FAC-13/", "%00", "../map", "x" * 9999])
def test_no_such_sign(city: City, code: str) -> None:
    city.publish()
    assert city.ask(f"/live/screen/sign/{code}").status == 404


def test_a_sign_that_no_street_has(city: City) -> None:
    catalogue = city.site.services.catalogue
    whole = next(sign for sign in catalogue.signs if not sign.at_street)
    city.publish()
    assert city.ask(f"/live/screen/sign/{whole.code}").json()["places"] == []


def test_frames_are_found_and_read_as_they_were(city: City) -> None:
    clock = city.site.clock
    city.send(32.0)
    first = city.publish()
    clock.step(60)
    second = city.publish()
    found = city.ask("/live/screen/frames").json()
    assert found["runs"] == [[first, 2]] and found["step"] == MINUTE_MS
    assert city.ask(f"/live/screen/frames?from={second}&to={second + 1}").json()["runs"] == [
        [second, 1]
    ]
    clock.step(600)
    plain = city.ask(f"/live/screen/frame?at={first}")
    assert next(s for s in plain.json()["signs"] if s["code"] == SIGN)["state"] == "alarm"
    packed = city.ask(f"/live/screen/frame?at={first}", ACCEPT_ENCODING="gzip, br")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert "immutable" in packed.headers["Cache-Control"]
    assert (
        packed.headers["Cache-Control"].startswith("private") and "Cookie" in packed.headers["Vary"]
    )


def test_the_present_minute_may_still_change(city: City) -> None:
    at = city.publish()
    assert city.ask(f"/live/screen/frame?at={at}").headers["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("frames?from=x&to=1", 400),
        ("frames?from=2&to=1", 400),
        ("frames?from=-1&to=5", 400),
        (f"frames?from=0&to={LONGEST_MS + 1}", 400),
        ("frames?from=&to=1", 400),
        ("frames?from=0&to=9999999999999999999", 400),
        ("frame", 400),
        ("frame?at=", 400),
        ("frame?at=1e9", 400),
        ("frame?at=%D9%A1", 400),
        ("frame?at=60001", 404),
        ("frame/1", 404),
    ],
)
def test_bad_questions(city: City, query: str, status: int) -> None:
    reply = city.ask(f"/live/screen/{query}")
    assert reply.status == status
    assert reply.json()["error"]["message"]
    assert reply.headers["Cache-Control"] == "private, no-store"
