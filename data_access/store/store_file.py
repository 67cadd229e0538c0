"""The SQLite file under a process: is it still the one that was opened?

SQLite goes on writing into a file that was deleted or replaced, and says nothing. So before every
transaction, and once more after a commit that will be acknowledged, the files at the path are
compared with those that were opened. When they are others, every connection of the process to them
is closed before a new one is opened: old and new ones would share SQLite's index of the log and
mix two stores.

Sets are changed by single operations alone (whoever removes a connection from `_idle` owns it), so
that threads and greenlets need no common lock.
"""

import logging
import os
import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import quote
from weakref import WeakValueDictionary

log = logging.getLogger(__name__)

MAGIC = b"SQLite format 3\x00"
PARTS = ("", "-wal", "-shm")
LOG_DELETED = "-wal was deleted"

Identity = tuple[tuple[int, int], ...]  # device and inode of each part


class StoreMoved(sqlite3.OperationalError):
    """The file at the store's path is not the one that is open, or is no store; the text says."""


class StoreFile:
    """One file of one process; `store_file` gives it."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.name = Path(path).name
        self._identity: Identity | None = None
        self._size = 0
        self._header = -1  # kept open: to close a file would drop SQLite's own locks on it
        self._revision: str | None = None
        self._moved: str | None = None
        self._idle: set[sqlite3.Connection] = set()
        self._busy: set[sqlite3.Connection] = set()

    def __del__(self) -> None:
        self._close_header()

    def open(self, *_: Any, **parameters: Any) -> sqlite3.Connection:
        """A connection; StoreMoved when there is no file: only a migration makes one."""
        if self._moved is not None:
            self._sweep()
            if self._busy:
                raise StoreMoved(f"{self.name} {self._moved}")
        if not self._idle and not self._busy:  # whoever closes last takes the log away
            self._close_header()
            self._identity = self._moved = None
        try:
            if os.path.getsize(self.path) == 0:  # SQLite would make a store of it
                raise StoreMoved(f"{self.name} is empty")
            raw: sqlite3.Connection = sqlite3.connect(
                f"file:{quote(self.path)}?mode=rw", uri=True, **parameters
            )
        except FileNotFoundError:
            raise StoreMoved(f"{self.name} is not there") from None
        return raw

    def opened(self, raw: sqlite3.Connection) -> None:
        """A connection stands (and has looked into the log, so that all parts exist)."""
        try:
            if self._identity is None:
                self._adopt(raw)
            self.check()
        except sqlite3.Error:
            raw.close()
            raise
        self._idle.add(raw)

    def take(self, raw: sqlite3.Connection) -> bool:
        """Begin to use a connection; False when it has been closed meanwhile."""
        try:
            self._idle.remove(raw)
        except KeyError:
            return False
        self._busy.add(raw)
        return True

    def give_back(self, raw: sqlite3.Connection) -> bool:
        """Stop using a connection; False when it is to be closed."""
        self._busy.discard(raw)
        if self._moved is not None:
            return False
        self._idle.add(raw)
        return True

    def closed(self, raw: sqlite3.Connection) -> None:
        """A connection has been closed."""
        self._idle.discard(raw)
        self._busy.discard(raw)

    def check(self, raw: sqlite3.Connection | None = None) -> None:
        """StoreMoved when the files at the path are not those that are open.

        `raw`: a connection of ours outside any transaction.
        """
        why = self._difference()
        if why is None:
            return
        if self._moved is None:
            log.error("the store %s %s", self.path, why)
            if why == LOG_DELETED and raw is not None:
                self._rescue(raw)
        self._moved = why
        self._sweep()
        raise StoreMoved(f"{self.name} {why}")

    def _rescue(self, raw: sqlite3.Connection) -> None:
        """What was committed into a log without a name is brought into the store itself.

        Whoever notices first does it; for the next the log is a new one, and so he does not.
        """
        try:
            raw.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        except sqlite3.Error as fault:
            log.error("the deleted log of %s could not be saved: %s", self.path, fault)

    def _difference(self) -> str | None:
        if self._identity is None:
            return None
        known = self._size  # before the look: another thread may see it grow right after ours
        for part, opened in zip(PARTS, self._identity, strict=True):
            try:
                found = os.stat(self.path + part)
            except OSError:
                return f"{part} was deleted".strip()
            if (found.st_dev, found.st_ino) != opened:
                return f"{part} was replaced".strip()
            if not part:
                if found.st_size < known:
                    return "was cut short"
                self._size = max(self._size, found.st_size)
        return None if os.pread(self._header, len(MAGIC), 0) == MAGIC else "is not a database"

    def _adopt(self, raw: sqlite3.Connection) -> None:
        """Take the files that are there now for ours, if the schema is the one we know."""
        revision = _revision(raw)
        if self._revision is not None and revision != self._revision:
            raise StoreMoved(
                f"{self.name} was replaced by a store of version {revision or 'none'};"
                f" this program reads {self._revision}"
            )
        self._revision = revision
        try:
            parts = [os.stat(self.path + part) for part in PARTS]
            self._header = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as fault:
            raise StoreMoved(f"{self.name} {fault.strerror}") from None
        self._size = parts[0].st_size
        self._identity = tuple((part.st_dev, part.st_ino) for part in parts)

    def _sweep(self) -> None:
        while True:
            try:
                raw = self._idle.pop()
            except KeyError:
                return
            raw.close()

    def _close_header(self) -> None:
        if self._header >= 0:
            os.close(self._header)
            self._header = -1


_files: WeakValueDictionary[str, StoreFile] = WeakValueDictionary()


def store_file(path: str) -> StoreFile:
    """This process's view of the file at `path`; one for all who open it."""
    found = _files.get(path)
    if found is None:
        found = _files[path] = StoreFile(path)
    return found


def _revision(raw: sqlite3.Connection) -> str | None:
    """The schema's version; None where nothing has been laid out."""
    known = raw.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
    if known is None:
        return None
    row = raw.execute("SELECT version_num FROM alembic_version").fetchone()
    return None if row is None else str(row[0])
