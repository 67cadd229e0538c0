"""One log stream for all: whole lines, each with the name of who said it."""

import os
import sys

LINE_MAX = 16_384  # a line longer than this is cut into pieces
NAME_WIDTH = 7


class Log:
    """Turns the children's chunks of bytes into prefixed lines on standard output."""

    def __init__(self) -> None:
        self._rest: dict[str, bytes] = {}

    def say(self, text: str) -> None:
        """A line of the supervisor's own."""
        self._write("yiping", text.encode())

    def feed(self, name: str, chunk: bytes) -> None:
        """Bytes from a child; what is not a whole line yet is kept back."""
        *lines, rest = (self._rest.get(name, b"") + chunk).split(b"\n")
        for line in lines:
            self._write(name, line)
        while len(rest) > LINE_MAX:
            self._write(name, rest[:LINE_MAX])
            rest = rest[LINE_MAX:]
        self._rest[name] = rest

    def end(self, name: str) -> None:
        """The child has ended: give out its last unfinished line."""
        rest = self._rest.pop(name, b"")
        if rest:
            self._write(name, rest)

    def _write(self, name: str, line: bytes) -> None:
        prefix = name.ljust(NAME_WIDTH).encode() + b" | "
        try:
            sys.stdout.buffer.write(prefix + line.rstrip(b"\r") + b"\n")
            sys.stdout.buffer.flush()
        except BrokenPipeError:  # nobody reads any more; the children must not care
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
