"""What a process remembers, for at most two seconds, about who a token or a key stands for."""

from collections.abc import Callable
from time import monotonic

from data_access.accounts.revocation import generation
from data_access.accounts.sessions import Session

LIFE_S = 2.0
SIZE = 8192


class Identities:
    """Answers by hash, none of them older than LIFE_S or than the last announced ending.

    Bounded, so that a flood of invented tokens costs memory no more than SIZE entries.
    """

    def __init__(self, news_path: str, now: Callable[[], float] = monotonic) -> None:
        self._news_path = news_path
        self._now = now
        self._generation = generation(news_path)
        self._known: dict[str, tuple[float, Session | None]] = {}

    def find(
        self, hashed: str, now_ms: int, ask: Callable[[str], Session | None]
    ) -> Session | None:
        """The remembered session of a hash, else the answer of `ask`; None when there is none."""
        news = generation(self._news_path)  # before asking: a later ending is then a later size
        if news != self._generation:
            self._known.clear()
            self._generation = news
        known = self._known.get(hashed)
        if known is not None and self._now() < known[0]:
            session = known[1]
            return session if session is not None and now_ms < session.valid_until else None
        session = ask(hashed)
        if len(self._known) >= SIZE:
            self._make_room()
        self._known[hashed] = (self._now() + LIFE_S, session)
        return session

    def _make_room(self) -> None:
        now = self._now()
        self._known = {key: entry for key, entry in self._known.items() if entry[0] > now}
        while len(self._known) >= SIZE:
            del self._known[next(iter(self._known))]  # the oldest
