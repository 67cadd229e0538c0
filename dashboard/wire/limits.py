"""How many connections a process may hold, and who may use the last of them.

One number decides everything: the connections that fit beside the process's own files. Each class
of visitors stops at a share of it, so what is above a share is kept for those who matter more:
streams of the public page, then all other visitors without an account, then walls and people at
the front door; the rest belongs to staff, sources and probes.
"""

import resource
from dataclasses import dataclass

OWN_FILES = 192  # of the process itself: stores, Redis, listeners, logs
WANTED_FILES = 65_536
FEW = 512  # connections; below so many a start says how few fit
MOST = 25_000  # more than this one event loop does not serve
LEAST = 32
PER_ADDRESS = 64  # streams, and requests at once, of one address: an office shares one


@dataclass(frozen=True, slots=True)
class Limits:
    """What follows from the number of connections of one process."""

    pool: int

    @property
    def guest_streams(self) -> int:
        """Below so many connections the public page's streams are taken."""
        return self.pool * 5 // 8

    @property
    def guests(self) -> int:
        """Below so many connections anybody's request is answered."""
        return self.pool * 3 // 4

    @property
    def walls(self) -> int:
        """Below so many connections staff may open streams, and anybody the front door."""
        return self.pool * 7 // 8

    @property
    def per_address(self) -> int:
        """What one address may have of a kind; no few addresses can fill a share."""
        return min(PER_ADDRESS, self.pool // 8)


def allow_files() -> None:
    """Raise the soft limit of open files to what we want or may have.

    ValueError with one plain line when that is too little to serve anybody.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = WANTED_FILES if hard == resource.RLIM_INFINITY else min(WANTED_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    files = _files()
    if files < OWN_FILES + LEAST:
        raise ValueError(
            f"ulimit -n: {files} open files are allowed, at least {OWN_FILES + LEAST} are needed,"
            f" {WANTED_FILES} are advised (LimitNOFILE in systemd, ulimit -n in a shell)"
        )


def limits() -> Limits:
    """The limits of this process under the present limit of open files."""
    return Limits(max(LEAST, min(MOST, _files() - OWN_FILES)))


def _files() -> int:
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return WANTED_FILES if soft == resource.RLIM_INFINITY else soft
