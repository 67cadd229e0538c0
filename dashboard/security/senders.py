"""Where a bare WSGI request comes from, and whether somebody has vouched for its caller."""

from collections.abc import Mapping
from typing import Any

KNOWN = "yiping.known"  # in a request's environment once a session or a key was found valid


def sender_of(environ: Mapping[str, Any], behind_proxy: bool) -> str:
    """The address a request came from: what the one trusted proxy wrote, or the socket's."""
    if behind_proxy:
        forwarded = str(environ.get("HTTP_X_FORWARDED_FOR", ""))
        if forwarded:
            return forwarded.rpartition(",")[2].strip()[:64]
    return str(environ.get("REMOTE_ADDR") or "local")
