"""Who a request comes from, as far as its right to one of the last connections goes."""

from collections.abc import Callable, Collection
from enum import Enum

from dashboard.security.policy import PUBLIC
from dashboard.security.senders import sender_of
from dashboard.wire.replies import Environ
from domain.address import network_of

PROBES = frozenset({"/healthz", "/readyz", "/metrics"})
INTAKE = "/api/v1/"
PUBLIC_EVENTS = "/live/public/events"


class Rank(Enum):
    """Classes of requests, each with its share of the connections (see limits)."""

    GUEST_STREAM = "stream"
    GUEST = "page"
    DOOR = "login"  # the front door: how staff become known
    WALL = "wall"  # a stream of somebody with an account
    FIRST = "first"  # probes, sources, staff's pages: as long as there is a connection


class Ranks:
    """Tells the rank of a request: by its path alone where that is enough."""

    def __init__(
        self, behind_proxy: bool, is_known: Callable[[Environ], bool] = lambda _: False
    ) -> None:
        """`is_known` asks the store whether somebody has a valid session or screen key."""
        self.behind_proxy = behind_proxy
        self._is_known = is_known

    def network(self, environ: Environ) -> str:
        """Who is counted together with the sender."""
        return network_of(sender_of(environ, self.behind_proxy))

    @staticmethod
    def claim(environ: Environ) -> Rank:
        """The rank of somebody unknown who asks this."""
        path = environ["PATH_INFO"]
        if path in PROBES:
            return Rank.FIRST
        if path == PUBLIC_EVENTS:
            return Rank.GUEST_STREAM
        if path in PUBLIC:
            return Rank.DOOR
        # the gate refuses a wrong key before it reads a byte of the body
        if path.startswith(INTAKE) and environ["REQUEST_METHOD"] == "POST":
            return Rank.FIRST if "HTTP_AUTHORIZATION" in environ else Rank.GUEST
        return Rank.GUEST

    def proven(self, environ: Environ, claimed: Rank) -> Rank:
        """The rank after a look at the session, which costs a question to the store."""
        if claimed is Rank.GUEST_STREAM or not _carries(environ, ("HTTP_COOKIE", "QUERY_STRING")):
            return claimed
        if not self._is_known(environ):
            return claimed
        return Rank.WALL if environ["PATH_INFO"].endswith("/events") else Rank.FIRST


def _carries(environ: Environ, names: Collection[str]) -> bool:
    return any(environ.get(name) for name in names)
