"""The housekeeping of a process's event streams: slow viewers, silence, ended sessions."""

import logging
import threading
from collections.abc import Callable, Collection
from functools import partial
from time import monotonic

from dashboard.wire.hub import Hub

log = logging.getLogger(__name__)

TURN_S = 0.5
SLOW_TURN_S = 0.05  # while somebody's bytes wait
RECHECK_S = 15.0  # a stream outlives a session that ended elsewhere by no more than this

Credentials = dict[str, str]


class Keeper:
    """One thread (a greenlet under gevent) beside the feed; it never waits for the store long."""

    def __init__(
        self,
        hubs: Collection[Hub],
        allowed: Callable[[Hub, Credentials], bool],
        endings: Callable[[], int],
    ) -> None:
        """`allowed` says whether a viewer may still watch; when it raises, the viewer stays.

        `endings` counts the sessions that were ended on this machine (see revocation).
        """
        self._hubs = tuple(hubs)
        self._allowed = allowed
        self._endings = endings
        self._stop = threading.Event()
        self._checked_at = monotonic()
        self._checked_endings = endings()

    def start(self) -> None:
        """Begin in the background."""
        threading.Thread(target=self._run, name="live-keeper", daemon=True).start()

    def stop(self) -> None:
        """Ask the thread to end."""
        self._stop.set()

    def _run(self) -> None:
        pause = TURN_S
        while not self._stop.wait(pause):
            try:
                pause = self._turn()
            except Exception:
                log.exception("live: housekeeping stumbled and goes on")

    def _turn(self) -> float:
        slow = False
        for hub in self._hubs:
            slow = hub.flush_slow() or slow
            hub.ping_when_silent()
        endings = self._endings()
        if endings != self._checked_endings or monotonic() - self._checked_at > RECHECK_S:
            self._checked_endings, self._checked_at = endings, monotonic()
            for hub in self._hubs:
                hub.close_unless(partial(self._still, hub))
        return SLOW_TURN_S if slow else TURN_S

    def _still(self, hub: Hub, who: Credentials) -> bool:
        try:
            return self._allowed(hub, who)
        except Exception:
            log.warning("live: a viewer could not be checked; asked again in %d s", RECHECK_S)
            return True
