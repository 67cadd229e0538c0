"""Visitors of the running product, each watched for everything that a page must not do."""

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.feed import Feeder
from tests.fixtures.product import Stack, running
from tests.system.people import sign_in_new
from tests.web_client import Client

_VIOLATIONS = """
  document.addEventListener("securitypolicyviolation", (event) => console.error(
    "CSP: " + event.violatedDirective + " " + event.blockedURI + " " + event.sample));
"""
CALLBACK_FAILED = "console error: {message: Callback error updating "
AWAY = ("failed: ", "500: ", "503: ", "console error: Failed to load resource: ")


class Watch:
    """What went wrong in a tab: errors, violations of the CSP, foreign addresses, refusals."""

    def __init__(self, page: Page, origin: str) -> None:
        self.faults: list[str] = []
        self._host = urlsplit(origin).netloc
        page.on("pageerror", lambda error: self.faults.append(f"thrown: {error}"))
        page.on("console", lambda message: self._said(message.type, message.text))
        page.on("request", lambda request: self._asked(request.url))
        page.on("requestfailed", lambda request: self._failed(request.url, request.failure))
        page.on("response", lambda response: self._answered(response.status, response.url))

    def _said(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.faults.append(f"console {kind}: {text}")

    def _asked(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob", "about") and parts.netloc != self._host:
            self.faults.append(f"foreign address: {url}")

    def _failed(self, url: str, failure: str | None) -> None:
        if failure != "net::ERR_ABORTED":  # what is under way when a page is left
            self.faults.append(f"failed: {url}: {failure}")

    def _answered(self, status: int, url: str) -> None:
        if status >= 400:
            self.faults.append(f"{status}: {url}")


class Visitor:
    """A browser profile of its own: one person, or one wall."""

    def __init__(self, context: BrowserContext, origin: str) -> None:
        self.context = context
        self.origin = origin
        self.watches: list[Watch] = []

    def tab(self) -> Page:
        """A new watched tab."""
        page = self.context.new_page()
        self.watches.append(Watch(page, self.origin))
        return page

    @property
    def faults(self) -> list[str]:
        """Everything that went wrong in any tab."""
        return [fault for watch in self.watches for fault in watch.faults]

    def forgive(self, *also: str) -> None:
        """Forget that the server did not answer, which the test has seen to; also other faults
        by the way they begin. What a script has thrown is never forgiven here."""
        for watch in self.watches:
            watch.faults = [f for f in watch.faults if not f.startswith((*AWAY, *also))]

    def forgive_ended_session(self) -> None:
        """Forget that what a page asked was refused once its session had ended: the browser says
        so, and so does Dash of a callback that was under way."""
        self.forgive("401: ")
        for watch in self.watches:
            watch.faults = [
                fault
                for fault in watch.faults
                if not (fault.startswith(CALLBACK_FAILED) and '"code":"unauthorised"' in fault)
            ]


Visit = Callable[..., Visitor]


def cookies_of(client: Client) -> list[dict[str, str]]:
    """A client's session, ready for a browser."""
    return [{"name": c.name, "value": c.value or "", "url": client.base} for c in client.cookies]


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    """`visit(stack, client)`: a browser with that client's session, or nobody's.

    Whatever went wrong in a tab and was not forgiven fails the test.
    """
    made: list[Visitor] = []

    def make(
        stack: Stack,
        client: Client | None = None,
        width: int = 1920,
        height: int = 1080,
        scheme: str = "light",
        bypass_csp: bool = False,
    ) -> Visitor:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            locale="zh-CN",
            color_scheme=scheme,  # type: ignore[arg-type]
            bypass_csp=bypass_csp,
        )
        context.add_init_script(_VIOLATIONS)
        if client is not None:
            context.add_cookies(cookies_of(client))  # type: ignore[arg-type]
        made.append(Visitor(context, stack.url))
        return made[-1]

    yield make
    faults = [fault for visitor in made for fault in visitor.faults]
    for visitor in made:
        visitor.context.close()
    assert faults == []


@pytest.fixture(scope="session")
def city() -> Iterator[Stack]:
    """The product without demonstration data, shared by the modules that only add readings."""
    with running() as stack:
        yield stack


@pytest.fixture(scope="session")
def leader(city: Stack) -> Client:
    """A leader of `city`, signed in."""
    return sign_in_new(city, "browser.leader", "leader")


@pytest.fixture(scope="session")
def feeder(city: Stack) -> Feeder:
    """The one source that speaks for `city`: two that tell of the same place would add up."""
    return Feeder(city, "browser")
