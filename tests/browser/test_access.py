"""Who may see what, as browsers live through it."""

import time
from urllib.parse import parse_qs, urlsplit

import pytest

from domain.catalogue import Catalogue
from tests.browser.conftest import Visit, Visitor
from tests.browser.feed import Feeder, mixed_city
from tests.browser.oracle import Words
from tests.browser.wall import Wall
from tests.fixtures.product import Stack
from tests.system.people import sign_in_new

SOON_S = 15.0


def status(visitor: Visitor, path: str) -> int:
    """What this browser, with its cookies, is answered."""
    return visitor.context.request.get(visitor.origin + path, max_redirects=0).status


def question(url: str) -> tuple[str, dict[str, list[str]]]:
    """Path and query of an address: the order of a query means nothing."""
    parts = urlsplit(url)
    return parts.path, parse_qs(parts.query)


@pytest.mark.parametrize("path", ["/screen", "/sources?freshness=late", "/signs", "/nowhere"])
def test_a_stranger_is_led_to_the_front_door(city: Stack, visit: Visit, path: str) -> None:
    visitor = visit(city)
    page = visitor.tab()
    page.goto(city.url + path)
    assert page.url.startswith(f"{city.url}/login?next=")
    assert page.locator("input[name=password]").is_visible()
    assert page.locator("script").count() == 0  # nothing of the application behind the door
    for data in ("/live/screen", "/live/screen/static", "/live/screen/map", "/_dash-layout"):
        assert status(visitor, data) == 401


def test_the_front_door_leads_back_to_where_one_wanted(city: Stack, visit: Visit) -> None:
    done = city.command("user", "add", "browser.door", "--role", "operator", "--generate")
    password = done.stdout.splitlines()[-1].removeprefix("password: ")
    visitor = visit(city)
    page = visitor.tab()
    wanted = f"{city.url}/sources?freshness=never&lang=en"
    page.goto(wanted)
    page.fill("[name=username]", "browser.door")
    page.fill("[name=password]", "not the password")
    page.keyboard.press("Enter")
    page.wait_for_selector("[role=alert]")
    page.fill("[name=password]", password)
    page.keyboard.press("Enter")
    page.wait_for_selector(".source-table")
    assert question(page.url) == question(wanted)
    visitor.forgive_ended_session()


class Hall:
    """A wall in a hall, opened by a key in its address."""

    def __init__(self, stack: Stack, visit: Visit, name: str) -> None:
        done = stack.command("key", "add", name, "--screen")
        assert done.returncode == 0, done.stderr
        self.address = done.stdout.splitlines()[-1]
        self.visitor = visit(stack)
        self.page = self.visitor.tab()
        self.page.goto(self.address)
        self.wall = Wall(self.page, stack.url).ready()


def test_a_screen_key_opens_the_wall_and_nothing_else(
    city: Stack, feeder: Feeder, catalogue: Catalogue, visit: Visit
) -> None:
    feeder.post(mixed_city(catalogue))
    hall = Hall(city, visit, "hall-1")
    assert hall.address.startswith(f"{city.url}/screen?key=")
    secret = hall.address.partition("key=")[2]
    assert hall.page.url == f"{city.url}/screen"  # the key is no longer in the address
    assert secret not in hall.page.content()
    assert len(hall.wall.cells()) == len(catalogue.signs)
    hall.wall.eventually(lambda w: w.stream == "live")
    for path in ("/sources", "/about"):
        answer = hall.page.goto(city.url + path)
        assert answer is not None and answer.status == 403
        assert hall.page.locator("table").count() == 0
    hall.page.goto(f"{city.url}/screen")  # a reload, days later: the session stands
    hall.wall.ready()
    hall.visitor.forgive("403: ")


def test_a_revoked_key_stops_the_wall(city: Stack, visit: Visit) -> None:
    hall = Hall(city, visit, "hall-2")
    hall.wall.eventually(lambda w: w.stream == "live")
    began = time.monotonic()
    assert city.command("key", "revoke", "hall-2").returncode == 0
    hall.wall.eventually(lambda w: w.stream == "denied", SOON_S)
    print(f"a revoked wall knew it after {time.monotonic() - began:.1f} s")
    assert Words("zh")["wall.denied.title"] in hall.wall.banner()
    hall.page.wait_for_url("**/login?*")  # then it lets go of the picture
    assert hall.page.locator("#wall").count() == 0
    again = city.client().get(hall.address.removeprefix(city.url))
    assert again.status == 403
    hall.visitor.forgive_ended_session()


def test_signing_out_ends_every_tab_of_the_session(city: Stack, visit: Visit) -> None:
    mine = sign_in_new(city, "browser.leaving", "operator")
    visitor = visit(city, mine)
    wall = Wall(visitor.tab(), city.url).open()
    wall.eventually(lambda w: w.stream == "live")
    desk = visitor.tab()
    desk.goto(f"{city.url}/signs")
    began = time.monotonic()
    desk.get_by_role("button", name=Words("zh")["nav.signout"]).click()
    desk.wait_for_url("**/login")
    wall.page.wait_for_url("**/login?*", timeout=1000 * SOON_S)
    print(f"the other tab knew of the sign-out after {time.monotonic() - began:.1f} s")
    for path in ("/live/screen", "/live/screen/events"):
        assert status(visitor, path) == 401
    assert status(visitor, "/signs") == 302
    desk.go_back()
    desk.wait_for_url("**/login*")  # nothing is kept to look at
    visitor.forgive_ended_session()
