"""Who has sent how many reports within the hour, counted over all processes of a machine.

The public site may add a report to its store and nothing else, so what it counts lies in a small
file of its own beside its secret: a keyed hash and a moment for each report of the last hour. An
address cannot be read out of it, and after an hour nothing of it is left.
"""

import fcntl
import os
import struct
import threading
from collections.abc import Callable
from contextlib import closing
from hashlib import blake2b
from pathlib import Path
from time import monotonic
from typing import BinaryIO

PER_HOUR = 3
ALL_PER_HOUR = 300  # from everybody together: a flood from many addresses fills no disk
HOUR_S = 3_600.0
FILE = "reports.sent"
_ENTRY = struct.Struct("<8sd")  # who, and when: monotonic, the same clock in every process

Entry = tuple[bytes, float]


class Senders:
    """The one count. Its methods wait for other processes for microseconds only."""

    def __init__(
        self,
        path: Path,
        secret: bytes,
        per_hour: int = PER_HOUR,
        all_per_hour: int = ALL_PER_HOUR,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._path = path
        self._key = secret[:64]
        self._per_hour, self._all_per_hour = per_hour, all_per_hour
        self._clock = clock
        self._lock = threading.Lock()  # a file's lock keeps processes apart, not threads

    def may_send(self, address: str) -> bool:
        """Count one more from an address; False when that is too many. OSError: cannot count."""
        who = blake2b(address.encode(), key=self._key, digest_size=8, person=b"sender").digest()
        with self._lock, closing(self._open()) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            now = self._clock()
            entries = [e for e in _read(file) if 0 <= now - e[1] < HOUR_S]
            own = sum(entry[0] == who for entry in entries)
            allowed = own < self._per_hour and len(entries) < self._all_per_hour
            if allowed:
                _write(file, [*entries, (who, now)])
            return allowed

    def _open(self) -> BinaryIO:
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
        return os.fdopen(os.open(self._path, flags, 0o600), "r+b", buffering=0)


def _read(file: BinaryIO) -> list[Entry]:
    data = file.read()
    whole = len(data) - len(data) % _ENTRY.size  # the rest was cut off by a full disk
    return list(_ENTRY.iter_unpack(data[:whole]))


def _write(file: BinaryIO, entries: list[Entry]) -> None:
    file.seek(0)
    file.write(b"".join(_ENTRY.pack(*entry) for entry in entries))
    file.truncate()
