"""Cross-site requests are refused: by where they come from, and by a token they cannot know.

The token is a keyed hash of the session, so a cookie planted by somebody else is worth nothing.
Dash's renderer copies the cookie `_csrf_token` into the header `X-CSRFToken`; forms carry a field.
"""

import hmac
from hashlib import sha256
from urllib.parse import urlsplit

from werkzeug.wrappers import Request
from werkzeug.wrappers import Response as AnyResponse

COOKIE = "_csrf_token"
HEADER = "X-CSRFToken"
FIELD = "csrf_token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def csrf_token(secret: bytes, session_hash: str) -> str:
    """The token of a session."""
    return hmac.new(secret, b"csrf:" + session_hash.encode(), sha256).hexdigest()


def from_elsewhere(request: Request) -> bool:
    """Whether the browser says that another site sends this. A plain client says nothing."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return True
    origin = request.headers.get("Origin")
    if origin is None:
        return False
    try:
        sender = urlsplit(origin).netloc
    except ValueError:
        return True
    return not sender or sender.lower() != request.host.lower()


def token_fits(request: Request, secret: bytes, session_hash: str) -> bool:
    """Whether header or form field carry the session's token."""
    given = request.headers.get(HEADER)
    if given is None and request.mimetype == "application/x-www-form-urlencoded":
        given = request.form.get(FIELD)
    wanted = csrf_token(secret, session_hash)
    return given is not None and hmac.compare_digest(given.encode(), wanted.encode())


def set_cookie(response: AnyResponse, token: str, *, secure: bool) -> None:
    """Give the page's scripts the token."""
    response.set_cookie(COOKIE, token, secure=secure, httponly=False, samesite="Strict", path="/")
