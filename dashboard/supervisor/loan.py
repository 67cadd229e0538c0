"""What a web process is lent: the listening socket, a gate to wait at, and a bell to ring.

It loads its code while the database is being prepared and then waits at the gate. When it can
answer it rings, and the lobby leaves the door to it. Both ends speak through file descriptors
whose numbers stand in the environment.
"""

import os
import selectors
import socket
from collections.abc import Callable

LISTEN, GATE, BELL = "YIPING_LISTEN_FD", "YIPING_GATE_FD", "YIPING_BELL_FD"


class Loan:
    """The supervisor's end."""

    def __init__(
        self, door: socket.socket, selector: selectors.BaseSelector, on_ring: Callable[[], None]
    ) -> None:
        gate, self._gate_keeper = os.pipe()
        self._ear, bell = os.pipe()
        os.set_blocking(self._ear, False)
        self.lent = {LISTEN: door.fileno(), GATE: gate, BELL: bell}
        self.waits = True  # nobody has rung yet
        self._on_ring = on_ring
        selector.register(self._ear, selectors.EVENT_READ, self._hear)

    def open_gate(self) -> None:
        """Let in who waits, and everybody who comes later."""
        os.close(self._gate_keeper)

    def _hear(self) -> None:
        os.read(self._ear, 4096)
        self.waits = False
        self._on_ring()


def listening() -> str | None:
    """gunicorn's name for the socket that we were lent; None when we start on our own."""
    number = os.environ.get(LISTEN)
    return None if number is None else f"fd://{number}"


def wait_at_gate() -> None:
    """Return when the database is prepared; at once when nobody prepares it for us."""
    number = os.environ.get(GATE)
    if number is not None:
        os.read(int(number), 1)  # the gate is open when its other end is closed


def ring() -> None:
    """Say that we answer now."""
    number = os.environ.get(BELL)
    if number is not None:
        try:
            os.write(int(number), b".")
        except OSError:
            pass  # the supervisor has gone; so shall we
