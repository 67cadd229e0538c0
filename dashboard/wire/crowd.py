"""The connections of one process: who may come in, and who has to make room.

A connection is one of three things: waiting (for its first or next request, or in the middle of a
head), or in hand (its request is being answered; a stream is for as long as it lasts). Waiting
connections never keep anybody out: where it grows narrow, each new one ends an old one. Requests
are refused by rank (see limits), with 503 while there still are connections to say it on.
"""

import logging
from collections import Counter
from collections.abc import Callable
from time import monotonic
from typing import Protocol

from dashboard.security.senders import KNOWN
from dashboard.wire.limits import Limits
from dashboard.wire.ranks import Rank, Ranks
from dashboard.wire.replies import Environ

log = logging.getLogger(__name__)

TELL_EVERY_S = 60.0


class Connection(Protocol):
    """What the crowd needs of a connection."""

    peer: str
    known: bool  # its last request was one of somebody with a valid session or key
    until: float  # monotonic: how long it may wait

    def leave(self) -> None:
        """End now when it waits for a request, else after the answer."""

    def end(self) -> None:
        """End now."""


Seat = tuple[Rank, str]


class Crowd:
    """Everybody who is connected to this process."""

    def __init__(self, limits: Limits, ranks: Ranks, now: Callable[[], float] = monotonic) -> None:
        self.limits = limits
        self.ranks = ranks
        self.refused = 0
        self._now = now
        self._told_at = -TELL_EVERY_S
        self._open: set[Connection] = set()
        self._seats: dict[Connection, Seat] = {}
        self._taken: Counter[Seat] = Counter()
        # in the order in which they began to wait; strangers by peer too
        self._strangers: dict[Connection, None] = {}
        self._friends: dict[Connection, None] = {}
        self._of_peer: dict[str, dict[Connection, None]] = {}

    def __len__(self) -> int:
        return len(self._open)

    def arrive(self, connection: Connection) -> None:
        """A connection was accepted."""
        if len(self._open) >= self.limits.guests:
            self._make_room(connection.peer)
        self._open.add(connection)

    def wait(self, connection: Connection) -> None:
        """It waits for a request from now on."""
        if connection not in self._open:
            return  # it was told to leave
        if connection.known:
            self._friends[connection] = None
        else:
            self._strangers[connection] = None
            self._of_peer.setdefault(connection.peer, {})[connection] = None

    def admit(self, connection: Connection, environ: Environ) -> str | None:
        """Its request has come: None to answer it, else why it is refused."""
        self._stop_waiting(connection)
        claimed = self.ranks.claim(environ)
        network = self.ranks.network(environ) if self.ranks.behind_proxy else connection.peer
        why = self._objection(claimed, network)
        if why is not None:
            proven = self.ranks.proven(environ, claimed)
            why = self._objection(proven, network) if proven is not claimed else why
            claimed = proven
        if why is not None:
            self._tell(why, environ)
            return why
        seat = claimed, network
        self._seats[connection] = seat
        self._taken[seat] += 1
        return None

    def answered(self, connection: Connection, environ: Environ) -> None:
        """Its request has been answered, or its stream has ended."""
        connection.known = KNOWN in environ
        seat = self._seats.pop(connection, None)
        if seat is not None:
            self._taken[seat] -= 1
            if not self._taken[seat]:
                del self._taken[seat]

    def end_late(self) -> None:
        """End those who have waited too long with their request."""
        now = self._now()
        for waiting in (self._strangers, self._friends):
            for connection in [c for c in waiting if c.until < now]:
                self.gone(connection)
                connection.end()

    def gone(self, connection: Connection) -> None:
        """It has ended."""
        self._stop_waiting(connection)
        self._open.discard(connection)

    def leave(self) -> None:
        """The process is about to end: whoever only waits goes now."""
        for connection in tuple(self._open):
            connection.leave()

    def _objection(self, rank: Rank, network: str) -> str | None:
        limits, here = self.limits, len(self._seats)
        if rank is Rank.FIRST:
            return None
        if here >= self._share(rank):
            return f"{here} of {limits.pool} connections are in hand"
        if rank is not Rank.WALL and self._taken[rank, network] >= limits.per_address:
            return f"{limits.per_address} {rank.value} requests of {network} are in hand"
        return None

    def _share(self, rank: Rank) -> int:
        limits = self.limits
        if rank is Rank.GUEST_STREAM:
            return limits.guest_streams
        return limits.guests if rank is Rank.GUEST else limits.walls

    def _make_room(self, peer: str) -> None:
        """End one waiting connection: of a peer with many, else the oldest of a stranger."""
        own = self._of_peer.get(peer, {})
        crowded = own if len(own) >= self.limits.per_address else None
        for waiting in (crowded, self._strangers, self._friends):
            if waiting:
                oldest = next(iter(waiting))
                self.gone(oldest)
                oldest.end()
                return

    def _stop_waiting(self, connection: Connection) -> None:
        self._friends.pop(connection, None)
        if connection in self._strangers:
            del self._strangers[connection]
            own = self._of_peer[connection.peer]
            del own[connection]
            if not own:
                del self._of_peer[connection.peer]

    def _tell(self, why: str, environ: Environ) -> None:
        """Log a refusal, at most once a minute."""
        self.refused += 1
        if self._now() - self._told_at < TELL_EVERY_S:
            return
        self._told_at = self._now()
        hint = ""
        if "HTTP_X_FORWARDED_FOR" in environ and not self.ranks.behind_proxy:
            hint = "; requests name a forwarded address, but BEHIND_PROXY is not set"
        log.warning("visitors are turned away: %s (%d so far)%s", why, self.refused, hint)
