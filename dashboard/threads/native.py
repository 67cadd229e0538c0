"""Native threads for work that must not hold up a web process's event loop.

Under gevent every request runs in one thread: a commit that waits for the disk, a password hash or
a large body that is read would stop every stream of the process. Without gevent the caller's own
thread does the work.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")
_LOOK_S = 0.0005
_LOOKS = 100


class NativeThreads:
    """A few threads of one process, made at their first use: after the process has forked."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._lock = threading.Lock()
        self._pool: Any = None

    def run(self, work: Callable[[], T]) -> T:
        """`work()` and its answer, or what it raises."""
        if not on_gevent():
            return work()

        def job() -> tuple[T, None] | tuple[None, BaseException]:
            try:
                return work(), None
            except BaseException as fault:  # the pool would print it as if nobody expected it
                return None, fault

        done, fault = self.pool().apply(job)
        if fault is not None:
            raise fault
        answer: T = done
        return answer

    def pool(self) -> Any:
        """gevent's own pool of these threads."""
        from gevent.threadpool import ThreadPool

        with self._lock:
            if self._pool is None:
                self._pool = ThreadPool(self._count)
        return self._pool


class Precedence:
    """Who computes gives way to who writes.

    Python runs one thread at a time, and a thread that computes is interrupted every five
    milliseconds only. A commit gives up its turn at every row: beside one that computes it would
    take a thousand times as long, and everybody behind it would wait.
    """

    def __init__(self) -> None:
        self._ahead = False

    @contextmanager
    def ahead(self) -> Iterator[None]:
        """Others give way as long as this goes on; one thread at a time."""
        self._ahead = True
        try:
            yield
        finally:
            self._ahead = False

    def give_way(self) -> None:
        """Let the event loop have a look, and a write come to its end if it soon does."""
        if not on_gevent():
            return
        for _ in range(_LOOKS):
            _sleep()(_LOOK_S)
            if not self._ahead:
                return


@cache
def _sleep() -> Callable[[float], None]:
    """A sleep of the whole thread, not gevent's."""
    from gevent import monkey

    found: Callable[[float], None] = monkey.get_original("time", "sleep")
    return found


def on_gevent() -> bool:
    """Whether this process runs its requests as greenlets."""
    from gevent import monkey

    return bool(monkey.is_module_patched("socket"))
