"""Which names this server answers to: a page under a foreign name must not read our answers."""

import re

from data_access.settings import Settings

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
_HOST = re.compile(r"(\[[0-9a-fA-F:.]+\]|[^\[\]:/?#@\s]+)(?::\d{1,5})?")


def trusted_hosts(settings: Settings) -> tuple[str, ...]:
    """The loopback names and those of TRUSTED_HOSTS; `.example.cn` takes in its sub-domains."""
    named = [h.strip().lower() for h in settings.trusted_hosts.split(",")]
    return (*LOOPBACK, *(h for h in named if h))


def is_trusted(host_header: str, trusted: tuple[str, ...]) -> bool:
    """Whether a Host header (with or without port) is one of the trusted names."""
    match = _HOST.fullmatch(host_header.strip().lower())
    if match is None:
        return False
    name = match.group(1)
    for entry in trusted:
        if name == entry or (entry.startswith(".") and (name == entry[1:] or name.endswith(entry))):
            return True
    return False
