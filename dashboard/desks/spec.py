"""What a page is, declared once: address, readers, navigation, renewal, data time, denial, tables.

Every page has a spec in `desks/<page>/page.py`. Its file in `pages/` registers it, the one in
`callbacks/` answers it; navigation, policy, title, frame and exports follow from it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from dash.development.base_component import Component

from dashboard.components.light import Node
from dashboard.components.view import View
from dashboard.export.table import Table
from dashboard.house.services import Services
from dashboard.security.policy import Roles
from dashboard.security.sessions import caller_address
from data_access.store.db import Database
from domain.actor import Actor
from domain.catalogue import Catalogue
from domain.picture import Picture

Query = Mapping[str, str | int | None]
Parts = dict[str, list[Node]]  # id of a container → what stands in it
Crumb = tuple[str | Component, str | None]  # text, address; a component brings its own links
SOON = "desk.loading"


class Question(Protocol):
    """What an address asks for, checked; a path's `<name>` is an attribute of that name."""

    @property
    def view(self) -> View:
        """How it is looked at."""
        ...

    def filters(self) -> Query:
        """The part of the address that is neither path nor view."""
        ...


Q = TypeVar("Q", bound=Question)


@dataclass(frozen=True, slots=True)
class Plain:
    """The question of a page that asks for nothing but a view."""

    view: View = field(default_factory=View)

    @classmethod
    def of(cls, given: object) -> "Plain":
        """From a query string."""
        asked = given if isinstance(given, Mapping) else {}
        return cls(View.of(asked.get("lang"), asked.get("theme")))

    def filters(self) -> Query:
        """Nothing."""
        return {}


@dataclass(frozen=True)
class Visit(Generic[Q]):
    """A reader who asks a page something, at one instant."""

    services: Services
    question: Q
    actor: Actor
    now_ms: int
    said: str | None = None  # the label of what became of the last thing that the reader wrote

    @property
    def view(self) -> View:
        """How the reader looks at it."""
        return self.question.view

    @property
    def city(self) -> Catalogue:
        """The catalogue."""
        return self.services.catalogue

    @property
    def db(self) -> Database:
        """The store."""
        return self.services.db

    @cached_property
    def picture(self) -> Picture | None:
        """What is true now; None before the engine has published anything."""
        return self.services.pictures.now(self.actor)

    @property
    def published(self) -> Picture:
        """The picture, on pages that have words for the time before there is one."""
        if self.picture is None:
            raise LookupError("nothing is published yet, and the page's spec has no `empty`")
        return self.picture

    def refused(self, action: str, what: str) -> None:
        """Write down that the reader was refused something; `action` as the audit log names it."""
        at, who = self.now_ms, self.actor.label
        self.services.denials.note(at, who, action, what, caller_address())


class Seen(NamedTuple):
    """Of what a page shows: when the newest was observed (epoch ms), whether any is simulated."""

    data_at: int | None
    demo: bool


class Read(NamedTuple):
    """An answer from the store instead of the picture: its parts, when they were read."""

    parts: Parts
    at_ms: int
    demo: bool = False


class Nav(NamedTuple):
    """What the navigation says of a page."""

    label: str
    number: Callable[[Catalogue], int] | None = None  # how many there are of what it lists
    whole_page: bool = False  # another theme: loaded afresh
    own: Callable[[Actor], str | None] | None = None  # whose address it is; None: not for them


class Skeleton(NamedTuple, Generic[Q]):
    """The shape of a page before its answer is there."""

    cells: int = 0  # none: the answer comes with the page, and no word says that it is awaited
    heading: str | Callable[[Q], str] | None = None


class Slow(NamedTuple):
    """A second answer of a page, for what changes less often."""

    name: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Writing:
    """What a reader may write on a page: assets/js/desk/forms.js puts the draft into a store."""

    draft: str  # id of that store
    outcome: str  # id of the store of what became of it
    roles: Roles
    said: str  # the labels of the outcomes begin with it
    words: frozenset[str]  # and end with one of these


@dataclass(frozen=True, slots=True)
class Closed(Generic[Q]):
    """A page that not every reader of its roles may open: `<name>-body` says so then."""

    admit: Callable[[Catalogue, Actor, Q], object]  # Forbidden for whom it is closed
    words: str  # the labels that say so: `<words>.title` and `<words>.text`
    action: str  # for the audit log, as `what` is
    what: Callable[[Q], str]
    crumbs: Callable[[Q], Sequence[Crumb]]
    back: Query  # the query of the page's section that leads on
    onward: Callable[[Q, Actor], list[Component]]


def whole_city(visit: Visit[Any], picture: Picture) -> Seen:
    """All there is, at every place."""
    return Seen(picture.data_time(), any(cell.demo for _, _, cell in picture.every()))


def district(visit: Visit[Any], picture: Picture) -> Seen:
    """The signs of the district as a whole."""
    cells = picture.at_place(visit.city.code)
    return Seen(picture.data_time(), any(cell.demo for cell in cells.values()))


@dataclass(frozen=True, slots=True)
class PageSpec(Generic[Q]):
    """One page. Its ids begin with its name: `<name>-answer`, `<name>-question`, `<name>-tick`."""

    name: str
    path: str  # or a template: /sign/<code>
    roles: Roles
    order: int  # among the pages, and in the navigation
    title: str | Callable[[Q], str] | None  # of the tab: a label, or from the question
    question: Callable[[object], Q]  # from an address, or from what the browser kept of one
    crumbs: str | Callable[[Q], Sequence[Crumb]] = ""  # a label, or the steps below the city
    containers: Callable[[Q], list[Component]] = lambda question: []
    whole: Callable[[], Component] | None = None  # a page without the frame of the desks
    nav: Nav | None = None
    section: str | None = None  # the entry of the navigation that it belongs to, without its own
    renew_s: int | Callable[[Q], int] = 0  # 0: it is no page that answers
    slow: Slow | None = None
    skeleton: Skeleton[Q] = Skeleton()  # noqa: RUF009
    painter: str = "light"  # the namespace whose `paint` draws the answer
    seen: Callable[[Visit[Q], Picture], Seen] = whole_city
    unknown: Callable[[Visit[Q]], Parts | None] = lambda visit: None  # no such thing
    empty: Callable[[Visit[Q]], Parts] | None = None  # nothing is published yet
    closed: Closed[Q] | None = None
    writing: Writing | None = None
    tables: tuple[Table, ...] = ()  # that can be taken away from it

    def __post_init__(self) -> None:
        """A page that nobody may open, or that has no name, is a slip."""
        if not self.roles or not self.name or not self.path.startswith("/"):
            raise ValueError(f"page {self.name!r} at {self.path!r}: roles, name or path is missing")

    def address(self, question: Q) -> str:
        """The path of the page that a question is for."""
        path = self.path
        for name in self.variables():
            path = path.replace(f"<{name}>", str(getattr(question, name)))
        return path

    def variables(self) -> list[str]:
        """The names in the path's template."""
        return [part[1:-1] for part in self.path.split("/") if part.startswith("<")]

    def stored(self, question: Q) -> dict[str, Any]:
        """A question as the browser keeps it and sends it back."""
        named = {name: getattr(question, name) for name in self.variables()}
        return {**named, **question.filters(), **asdict(question.view)}

    def renewed_every(self, question: Q) -> int:
        """Seconds between two answers."""
        return self.renew_s if isinstance(self.renew_s, int) else self.renew_s(question)
