"""One export at a time for each session, over all processes of this machine.

A turn is a lock on a small file: the system gives it back when a process ends, however it ends.
"""

import fcntl
import os
from pathlib import Path


class Turn:
    """A session's turn; give it back with `end`, which may be called twice."""

    def __init__(self, fd: int, path: Path) -> None:
        self._fd: int | None = fd
        self._path = path

    def end(self) -> None:
        """Let the session's next export begin."""
        if self._fd is None:
            return
        self._path.unlink(missing_ok=True)
        os.close(self._fd)
        self._fd = None


class Turns:
    """Gives turns; `folder` is made when first needed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def take(self, session: str) -> Turn | None:
        """The turn of a session (its hash); None while another export of it is under way."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{session[:32]}.lock"
        fd = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
            return None
        return Turn(fd, path)
