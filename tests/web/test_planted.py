"""A payload in every text that comes from outside the code: painted as text on every page."""

import json
import threading
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import update
from werkzeug.serving import make_server

import callbacks
import pages
from dashboard.factory import create_app
from dashboard.house.services import Services, build_services
from dashboard.live.lane import live_lane
from data_access.accounts.keys import KeyKind, add_key
from data_access.accounts.users import add_user
from data_access.intake import quarantine
from data_access.intake.sources import ensure_sources
from data_access.settings import Settings
from data_access.store import tables
from domain.actor import Role
from domain.catalogue import Catalogue
from domain.clock import to_ms, utc_now
from domain.facts.fact import Reason
from engine.loop import Engine
from engine.publisher import Publisher
from tests.web.site import PASSWORD

pytestmark = pytest.mark.browser

PAYLOAD = "<img src=/x onerror=window.planted=1><script>window.planted=1</script>'\"`{{7*7}}"
TEXTS = ("zh", "en", "version", "basis")


def planted(thing: Any) -> Any:
    """The catalogue with the payload behind every name, unit and basis in it."""
    if isinstance(thing, tuple):
        return tuple(planted(item) for item in thing)
    if not is_dataclass(thing) or isinstance(thing, type):
        return thing
    values: dict[str, Any] = {}
    for field in fields(thing):
        value = getattr(thing, field.name)
        is_text = field.name in TEXTS and isinstance(value, str)
        values[field.name] = value + PAYLOAD if is_text else planted(value)
    return replace(thing, **values)


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Services]:
    """A web process's services over a city whose every text is hostile."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("planted"), demo=False)
    Path(settings.db_url.removeprefix("sqlite:///")).write_bytes(sqlite_template.read_bytes())
    plain = build_services(settings)
    made = replace(plain, catalogue=planted(plain.catalogue))
    fill(made, made.catalogue)
    yield made
    made.close()


def fill(services: Services, city: Catalogue) -> None:
    """A published view, sources with hostile names, and hostile rows in quarantine."""
    now, db = to_ms(utc_now()), services.db
    ensure_sources(db, city, now)
    with db.write() as conn:
        conn.execute(update(tables.sources).values(name_zh=PAYLOAD, name_en=PAYLOAD))
        code = city.sources[0].code
        quarantine.keep(conn, code, "api", now, [(Reason.ABSURD, PAYLOAD, PAYLOAD)])
        conn.execute(
            update(tables.sources).values(quarantined=1, last_received=now, last_observed=now)
        )
    engine = Engine(db, city, now)
    Publisher(db, services.redis, "test", now).publish(engine.city, now)
    add_user(db, "reader", PASSWORD, Role.ADMIN, None, now)


@pytest.fixture(scope="module")
def url(services: Services) -> Iterator[str]:
    """The address of a server in this process."""
    lane = live_lane(services, create_app(services, pages, callbacks).server)
    server = make_server("127.0.0.1", 0, lane, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    lane.drain()
    thread.join()
    server.server_close()


@pytest.fixture
def visitor(browser: Browser, url: str) -> Iterator[Page]:
    context = browser.new_context(locale="zh-CN")
    context.add_init_script(
        "window.violations = [];"
        "document.addEventListener('securitypolicyviolation',"
        " (event) => window.violations.push(event.violatedDirective + event.blockedURI));"
    )
    page = context.new_page()
    page.goto(f"{url}/login")
    page.fill("[name=username]", "reader")
    page.fill("[name=password]", PASSWORD)
    page.click("[type=submit]")
    page.wait_for_url("**/screen")
    yield page
    context.close()


def is_harmless(page: Page) -> None:
    """Nothing ran, nothing was even tried, and the payload can be read."""
    assert page.evaluate("window.planted") is None
    assert page.evaluate("window.violations") == []
    assert page.locator("img[onerror], script:text('planted')").count() == 0
    assert "49" not in page.evaluate("document.title")


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    ("path", "painted"),
    [
        ("/screen?", ".cell"),
        ("/sources?", ".source-table"),
        ("/sources?source=SOURCE&", ".quarantine-table"),
        ("/about?", ".method-table"),
        ("/nowhere?", "h1"),
    ],
)
def test_every_page(
    visitor: Page, url: str, services: Services, path: str, painted: str, lang: str
) -> None:
    path = path.replace("SOURCE", services.catalogue.sources[0].code)
    visitor.goto(f"{url}{path}lang={lang}")
    visitor.wait_for_selector(painted)
    assert "onerror=window.planted=1" in visitor.inner_text("body")
    is_harmless(visitor)


def test_the_front_door(browser: Browser, url: str) -> None:
    page = browser.new_page()
    page.goto(f"{url}/login?next=/{PAYLOAD}&lang={PAYLOAD}&theme={PAYLOAD}")
    page.fill("[name=username]", PAYLOAD)
    page.fill("[name=password]", "x")
    page.click("[type=submit]")
    page.wait_for_selector("[role=alert]")
    assert page.input_value("[name=username]") == PAYLOAD
    assert page.evaluate("window.planted") is None
    assert page.locator("script").count() == 0
    page.context.close()


def test_links_of_light_elements_stay_here(visitor: Page, url: str) -> None:
    visitor.goto(f"{url}/sources")
    visitor.wait_for_selector(".source-table")
    check = "(href) => window.dash_clientside.light.isLocal(href)"
    for href in ("javascript:alert(1)", "//evil.example", "/\\evil", "https://x", "data:,x", ""):
        assert visitor.evaluate(check, href) is False, href
    assert visitor.evaluate(check, "/sources?x=1") is True
    build = "(node) => window.dash_clientside.light.build(node).outerHTML"
    assert visitor.evaluate(build, ["a", {"href": "javascript:x"}, "t"]) == "<a>t</a>"
    for node in (["script", {}, "x"], ["p", {"onclick": "x"}, "y"], ["p", {"style": "x"}, "y"]):
        with pytest.raises(Exception, match="unknown"):
            visitor.evaluate(build, node)


def test_a_screen_key_in_the_browser(browser: Browser, url: str, services: Services) -> None:
    secret = add_key(services.db, "hall", KeyKind.SCREEN, None, to_ms(utc_now()))
    page = browser.new_page()
    page.goto(f"{url}/screen?key={secret}&wall=1920x1080")
    page.wait_for_selector(".cell")
    assert page.url == f"{url}/screen?wall=1920x1080"
    assert secret not in page.content()
    assert json.dumps(page.context.cookies()).count("httpOnly") >= 1
    assert page.goto(f"{url}/sources").status == 403  # type: ignore[union-attr]
    page.context.close()
