"""Headers that every answer carries, errors and the live lane included."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from flask import Response
from werkzeug.wrappers import Request

BASE: tuple[tuple[str, str], ...] = (
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    (
        "Permissions-Policy",
        "accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(),"
        " microphone=(), payment=(), usb=()",
    ),
)
OPEN: tuple[tuple[str, str], ...] = (
    *((n, v) for n, v in BASE if n != "Cross-Origin-Resource-Policy"),
    ("Cross-Origin-Resource-Policy", "cross-origin"),
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "ETag, Retry-After"),
)
"""Of what any page anywhere may read: the open data, which knows no visitor."""
DATA_CSP = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
FRONT_CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self';"
    " frame-ancestors 'none'; base-uri 'none'"
)
NO_STORE = "private, no-store"
_SUBDOMAINS = "abc"  # Leaflet's own default
_STATIC = ("/assets/", "/_dash-component-suites/", "/_favicon.ico")


def embeddable(csp: str, origins: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """The headers of a page that the pages of `origins` may show in a frame, and nobody else.

    `csp` forbids frames. X-Frame-Options knows no list, so it goes where somebody is named.
    """
    if not origins:
        return (*BASE, ("Content-Security-Policy", csp))
    named = csp.replace("frame-ancestors 'none'", f"frame-ancestors {' '.join(origins)}")
    rest = tuple((name, value) for name, value in BASE if name != "X-Frame-Options")
    return (*rest, ("Content-Security-Policy", named))


def page_csp(script_hashes: Sequence[str], map_tiles: str | None) -> str:
    """The policy of Dash's pages: own scripts, the known inline ones, and nothing from outside.

    Dash and Leaflet set style attributes, so style-src cannot be strict.
    """
    images = " ".join(["'self'", "data:", "blob:", *_tile_origin(map_tiles)])
    scripts = " ".join(["'self'", *script_hashes])
    return (
        f"default-src 'self'; script-src {scripts}; style-src 'self' 'unsafe-inline';"
        f" img-src {images}; font-src 'self'; worker-src 'self' blob:; connect-src 'self';"
        " object-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )


def finish(request: Request, response: Response, html_csp: str) -> Response:
    """Put the headers on an answer; `html_csp` is the policy should it be a page."""
    for name, value in BASE:
        response.headers.setdefault(name, value)
    html = response.mimetype == "text/html"
    response.headers.setdefault("Content-Security-Policy", html_csp if html else DATA_CSP)
    static = request.path.startswith(_STATIC) and response.status_code in (200, 304)
    if not static:
        response.headers.setdefault("Cache-Control", NO_STORE)
    elif response.cache_control.max_age:  # the address changes with the content
        response.headers["Cache-Control"] = f"private, max-age={response.cache_control.max_age}"
    else:
        response.headers["Cache-Control"] = "private, no-cache"
    return response


def _tile_origin(map_tiles: str | None) -> list[str]:
    """`https://t0.example` of a tile address; {s} stands for the sub-domains that Leaflet asks."""
    if not map_tiles:
        return []
    every = _SUBDOMAINS if "{s}" in map_tiles else _SUBDOMAINS[:1]
    parts = [urlsplit(map_tiles.replace("{s}", letter)) for letter in every]
    return [f"{p.scheme}://{p.netloc}" for p in parts if p.scheme and p.netloc]
