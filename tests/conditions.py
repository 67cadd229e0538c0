"""Waiting for a condition instead of for a time."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def eventually(probe: Callable[[], T], timeout: float = 10, every: float = 0.05) -> T:
    """The first truthy answer of `probe`; AssertionError with the last answer after `timeout` s.

    An exception counts as "not yet", so that a probe may connect, parse and assert.
    """
    deadline = time.monotonic() + timeout
    last: object = None
    while True:
        try:
            answer = probe()
        except Exception as fault:  # any refusal of a starting server means: not yet
            last = fault
        else:
            if answer:
                return answer
            last = answer
        if time.monotonic() >= deadline:
            raise AssertionError(f"not within {timeout} s; last: {last!r}")
        time.sleep(every)
