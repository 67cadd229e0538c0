"""Addresses of the public site: served with queries, or written to files that find each other."""

from dataclasses import dataclass, replace
from typing import Protocol
from urllib.parse import urlencode


class Links(Protocol):
    """Where everything is, seen from one page."""

    @property
    def live(self) -> str | None: ...  # the event stream; None where nothing is served
    @property
    def pick(self) -> str | None: ...  # the action of the form that chooses a street
    @property
    def report(self) -> str | None: ...
    @property
    def staff(self) -> str | None: ...
    @property
    def other(self) -> str: ...
    @property
    def canonical(self) -> str: ...
    @property
    def size(self) -> str | None: ...
    def home(self, street: str | None = None) -> str: ...
    def method(self) -> str: ...
    def figure(self, code: str) -> str: ...
    def asset(self, name: str) -> str: ...
    def data(self, name: str) -> str: ...


@dataclass(frozen=True)
class Where:
    """Which page in which form: what an address says."""

    page: str = "home"  # home | method | figure | message
    code: str = ""  # of the figure
    street: str = ""
    lang: str = "zh"
    large: bool = False

    @property
    def other_language(self) -> "Where":
        """The same page in the other language."""
        return replace(self, lang="en" if self.lang == "zh" else "zh")

    @property
    def other_size(self) -> "Where":
        """The same page in the other size."""
        return replace(self, large=not self.large)


@dataclass(frozen=True)
class Served:
    """Addresses of the running site."""

    where: Where
    staff: str | None = None
    live: str | None = "/live/public/events"
    pick: str | None = "/"
    report: str | None = "/report"

    @property
    def other(self) -> str:
        """The other language."""
        return address(self.where.other_language)

    @property
    def canonical(self) -> str:
        """This page in its usual size."""
        return address(replace(self.where, large=False))

    @property
    def size(self) -> str | None:
        """The other type size."""
        return address(self.where.other_size)

    def home(self, street: str | None = None) -> str:
        """The page, of a street when one is given."""
        return address(replace(self.where, page="home", code="", street=street or ""))

    def method(self) -> str:
        """Data and method."""
        return address(replace(self.where, page="method", code="", street=""))

    def figure(self, code: str) -> str:
        """One figure."""
        return address(replace(self.where, page="figure", code=code, street=""))

    def asset(self, name: str) -> str:
        """A file of the site."""
        return f"/public/{name}"

    def data(self, name: str) -> str:
        """A download."""
        return f"/api/v1/public/{name}"


@dataclass(frozen=True)
class Written:
    """Addresses among files in one folder: what only a server can do is left out."""

    where: Where
    live: str | None = None
    pick: str | None = None
    report: str | None = None
    staff: str | None = None

    @property
    def other(self) -> str:
        """The other language."""
        return file_name(self.where.other_language)

    @property
    def canonical(self) -> str:
        """This page in its usual size."""
        return file_name(replace(self.where, large=False))

    @property
    def size(self) -> str | None:
        """The other type size: of the page and its streets."""
        return file_name(self.where.other_size)

    def home(self, street: str | None = None) -> str:
        """The page, of a street when one is given."""
        return file_name(replace(self.where, page="home", code="", street=street or ""))

    def method(self) -> str:
        """Data and method."""
        return file_name(replace(self.where, page="method", code="", street=""))

    def figure(self, code: str) -> str:
        """One figure."""
        return file_name(replace(self.where, page="figure", code=code, street=""))

    def asset(self, name: str) -> str:
        """A file of the site."""
        return f"public/{name}"

    def data(self, name: str) -> str:
        """A download."""
        return f"data/{name}"


def file_name(where: Where) -> str:
    """The file of a page: `index.html`, `street-<code>.en.large.html`."""
    stem = {
        "method": "method",
        "figure": f"figure-{where.code}",
    }.get(where.page, f"street-{where.street}" if where.street else "index")
    language = "" if where.lang == "zh" else f".{where.lang}"
    return f"{stem}{language}{'.large' if where.large else ''}.html"


def address(where: Where) -> str:
    """The path and query of a page."""
    paths = {"method": "/method", "figure": f"/figure/{where.code}"}
    query = {
        **({"street": where.street} if where.street else {}),
        **({"lang": where.lang} if where.lang != "zh" else {}),
        **({"size": "large"} if where.large else {}),
    }
    return paths.get(where.page, "/") + (f"?{urlencode(query)}" if query else "")
