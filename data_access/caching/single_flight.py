"""One computation at a time per key inside a process; whoever comes meanwhile shares its end."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

PATIENCE_S = 30.0  # then a waiting caller computes for itself: the leader may never come back


class _Flight(Generic[T]):
    """A computation under way: its end is a result or an exception."""

    def __init__(self) -> None:
        self.landed = threading.Event()
        self.result: list[T] = []
        self.error: BaseException | None = None


class Flights(Generic[T]):
    """The computations under way in this process, by key."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._under_way: dict[str, _Flight[T]] = {}

    def do(self, key: str, compute: Callable[[], T]) -> T:
        """The result of `compute`, run once for all callers that ask for `key` meanwhile.

        An exception of `compute` reaches every one of them.
        """
        with self._lock:
            flight = self._under_way.get(key)
            leading = flight is None
            if flight is None:
                flight = self._under_way[key] = _Flight()
        if leading:
            return self._lead(key, flight, compute)
        if not flight.landed.wait(PATIENCE_S):
            return compute()
        if flight.error is not None:
            raise flight.error
        return flight.result[0]

    def _lead(self, key: str, flight: _Flight[T], compute: Callable[[], T]) -> T:
        try:
            result = compute()
            flight.result.append(result)
            return result
        except BaseException as error:
            flight.error = error
            raise
        finally:
            with self._lock:
                self._under_way.pop(key, None)
            flight.landed.set()
