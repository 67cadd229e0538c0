"""The bytes of a request's body: bounded before and after decompression."""

import zlib

from flask import Request
from werkzeug.exceptions import BadRequest, ClientDisconnected, RequestEntityTooLarge

from dashboard.api.budget import Budget
from dashboard.api.cutting import Unreadable
from dashboard.api.errors import ApiError

MAX_BYTES = 8 * 1024 * 1024
MAX_MEMBERS = 1_000  # gzip streams one after another in one body
_GZIP = 31  # zlib's window size for a gzip wrapper
_PIECE = 16 * 1024  # compressed bytes looked at at a time: what follows a member is copied


def body_of(request: Request) -> tuple[bytes, bool]:
    """The body as it came, and whether it is compressed. ApiError 413, 415 or 422."""
    encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in ("identity", "", "gzip", "x-gzip"):
        raise ApiError(415, "encoding", "only gzip is understood", field="Content-Encoding")
    request.max_content_length = MAX_BYTES
    try:
        data = request.get_data(cache=False)
    except RequestEntityTooLarge:
        raise _too_large() from None
    except (ClientDisconnected, BadRequest, OSError):
        raise ApiError(422, "body", "the body ended before its length", field="body") from None
    return data, "gzip" in encoding


def gunzip(data: bytes, budget: Budget) -> bytes:
    """The content of gzip streams. Unreadable, TooSlow, or ApiError 413 beyond what we take."""
    parts: list[bytes] = []
    left, members, member = MAX_BYTES, 0, None
    for begin in range(0, len(data), _PIECE):
        piece = data[begin : begin + _PIECE]
        while piece:
            budget.check()
            if member is None:
                member, members = zlib.decompressobj(_GZIP), members + 1
                if members > MAX_MEMBERS:
                    raise ApiError(
                        413, "too_many", f"over {MAX_MEMBERS} gzip streams", field="body"
                    )
            try:
                part = member.decompress(piece, left + 1)
            except zlib.error as error:
                at = min(begin + _PIECE, len(data)) - len(piece)
                raise Unreadable(f"not gzip: {error}", at) from None
            left -= len(part)
            if left < 0:
                raise _too_large()
            parts.append(part)
            piece = member.unused_data if member.eof else member.unconsumed_tail
            member = None if member.eof else member
    if member is not None or not data:
        raise Unreadable("the gzip stream is cut off", len(data))
    return b"".join(parts)


def _too_large() -> ApiError:
    return ApiError(413, "too_large", f"a body holds at most {MAX_BYTES} bytes", field="body")
