"""In a network namespace of our own: the only way out of the machine, and it leads to ourselves."""

import contextlib
import ctypes
import fcntl
import os
import socket
import struct
import sys
from pathlib import Path

_TUN, _NO_HEADER = 0x0001, 0x1000
_TUNSETIFF, _SIOCSIFFLAGS, _SIOCSIFADDR, _SIOCADDRT = 0x400454CA, 0x8914, 0x8916, 0x890B
_UP = 0x1 | 0x40  # and running
_ROUTE_UP = 0x1
_NAME = b"out0"
_OURS = "192.0.2.1"  # of a block that is nobody's (RFC 5737)
_TALK = {socket.IPPROTO_TCP: "tcp", socket.IPPROTO_UDP: "udp"}


class WayOut:
    """The default route. Whatever would leave the machine arrives here and is written down."""

    def __init__(self) -> None:
        """OSError where this is no namespace in which we may, or /dev/net/tun is not there."""
        routes = Path("/proc/net/route").read_text().splitlines()
        if len(routes) > 1:
            raise OSError("this is no namespace of our own: there is a network")
        self._tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(self._tun, _TUNSETIFF, struct.pack("16sH22x", _NAME, _TUN | _NO_HEADER))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
            for each in (b"lo", _NAME):
                fcntl.ioctl(link, _SIOCSIFFLAGS, struct.pack("16sH22x", each, _UP))
            fcntl.ioctl(link, _SIOCSIFADDR, struct.pack("16s16s8x", _NAME, _address(_OURS)))
            name = ctypes.create_string_buffer(_NAME)
            fcntl.ioctl(link, _SIOCADDRT, _route(ctypes.addressof(name)))
        self._tried: list[str] = []

    def tried(self) -> list[str]:
        """Every attempt to leave so far, as `udp 198.51.100.7:53`."""
        with contextlib.suppress(BlockingIOError):
            while packet := os.read(self._tun, 65_536):
                if (found := _told(packet)) is not None:
                    self._tried.append(found)
        return self._tried

    def sees(self) -> bool:
        """Whether an attempt is seen: makes one, and forgets it."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.sendto(b"anybody?", ("198.51.100.7", 9))
        seen = self.tried()[-1:] == ["udp 198.51.100.7:9"]
        if seen:
            self._tried.pop()
        return seen


def _address(of: str) -> bytes:
    return struct.pack("=HH4s8x", socket.AF_INET, 0, socket.inet_aton(of))


def _route(name: int) -> bytes:
    """A `struct rtentry`: everything goes by the link whose name lies at the address `name`."""
    anywhere = _address("0.0.0.0")  # noqa: S104 - no socket is bound to it
    before = (0, anywhere, anywhere, anywhere, _ROUTE_UP, 0, 0, 0, 0, 0, 0, 0, 0)
    return struct.pack("@L16s16s16shHLBB3hhPLLH", *before, name, 0, 0, 0)


def _told(packet: bytes) -> str | None:
    """Where a packet was going; None for what the kernel says by itself of IPv6."""
    if packet[0] >> 4 == 4:
        start, kind, to = (packet[0] & 15) * 4, packet[9], socket.inet_ntoa(packet[16:20])
    else:
        start, kind, to = 40, packet[6], socket.inet_ntop(socket.AF_INET6, packet[24:40])
        if kind not in _TALK:
            return None
    port = int.from_bytes(packet[start + 2 : start + 4], "big")
    return f"{_TALK[kind]} {to}:{port}" if kind in _TALK else f"protocol {kind} {to}"


if __name__ == "__main__":  # whether all this can be had here
    if not WayOut().sees():
        sys.exit("an attempt to leave was not seen")
