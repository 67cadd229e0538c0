"""The bytes of a request's body: bounded before and after decompression."""

import zlib

from flask import Request
from werkzeug.exceptions import BadRequest, ClientDisconnected, RequestEntityTooLarge

from dashboard.api.decoding import Unreadable
from dashboard.api.errors import ApiError

MAX_BYTES = 8 * 1024 * 1024
_GZIP = 31  # zlib's window size for a gzip wrapper


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


def gunzip(data: bytes) -> bytes:
    """The content of a gzip stream. Unreadable, or ApiError 413 beyond MAX_BYTES of content."""
    parts: list[bytes] = []
    left, size = MAX_BYTES, len(data)
    while data:
        member = zlib.decompressobj(_GZIP)
        try:
            part = member.decompress(data, left + 1)
        except zlib.error as error:
            raise Unreadable(f"not gzip: {error}", size - len(data)) from None
        left -= len(part)
        if left < 0:
            raise _too_large()
        if not member.eof:
            raise Unreadable("the gzip stream is cut off", size)
        parts.append(part)
        data = member.unused_data
    return b"".join(parts)


def _too_large() -> ApiError:
    return ApiError(413, "too_large", f"a body holds at most {MAX_BYTES} bytes", field="body")
