"""The site's own files: style, script, icon, share card, robots.txt, sitemap.xml."""

from collections.abc import Callable
from functools import cached_property
from xml.sax.saxutils import escape

from dashboard.public_site.card import card_png
from dashboard.public_site.chart import Drawing
from dashboard.public_site.links import Where, address
from dashboard.wire.replies import Document
from dashboard.words.icon import ICON
from data_access.settings import ROOT
from domain.catalogue import Catalogue
from domain.text import LANGUAGES

TEXT = "text/plain; charset=utf-8"
XML = "application/xml; charset=utf-8"
KEEP = "public, max-age=600, stale-while-revalidate=86400"
ASSETS = ROOT / "assets"


class Files:
    """Documents by path, made when they are first asked for."""

    def __init__(
        self, catalogue: Catalogue, shapes: Drawing, make: Callable[..., Document], origin: str
    ) -> None:
        self._origin = origin
        self._catalogue = catalogue
        self._shapes = shapes
        self._make = make
        self._made: dict[str, Document] = {}

    def find(self, path: str, origin: str = "") -> Document | None:
        """The document at a path of the site; `origin` is where the request found it."""
        if path in ("/robots.txt", "/sitemap.xml") and not self._origin:
            if path == "/robots.txt":
                return self._make(TEXT, self._robots(origin), KEEP)
            return self._make(XML, self._sitemap(origin), KEEP)
        found = self._made.get(path)
        if found is not None:
            return found
        body = self.body(path)
        if body is None:
            return None
        self._made[path] = self._make(*body, KEEP)
        return self._made[path]

    def body(self, path: str) -> tuple[str, bytes] | None:
        """(content type, bytes) of a file."""
        match path:
            case "/public/public.css":
                return "text/css; charset=utf-8", _style()
            case "/public/public.js":
                script = (ASSETS / "public" / "public.js").read_bytes()
                return "text/javascript; charset=utf-8", script
            case "/public/icon.svg":
                return "image/svg+xml", ICON.encode()
            case "/public/card.png":
                return "image/png", self._card
            case "/robots.txt":
                return TEXT, self._robots(self._origin)
            case "/sitemap.xml":
                return XML, self._sitemap(self._origin)
        return None

    @cached_property
    def _card(self) -> bytes:
        return card_png(self._shapes)

    def _robots(self, origin: str) -> bytes:
        sitemap = f"Sitemap: {origin}/sitemap.xml\n" if origin else ""
        return f"User-agent: *\nAllow: /\nDisallow: /live/\n{sitemap}".encode()

    def _sitemap(self, origin: str) -> bytes:
        """Every page in both languages, by its whole address."""
        return sitemap(self._catalogue, lambda where: f"{origin}{address(where)}")


def sitemap(catalogue: Catalogue, whole: Callable[[Where], str]) -> bytes:
    """Every page in both languages; `whole` gives an address with scheme and host."""
    pages = "".join(
        f"<url><loc>{escape(whole(where))}</loc></url>"
        for lang in LANGUAGES
        for where in (
            Where(lang=lang),
            Where("method", lang=lang),
            *(Where(street=s.code, lang=lang) for s in catalogue.streets),
            *(Where("figure", s.code, lang=lang) for s in catalogue.signs if s.public),
        )
    )
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    space = "http://www.sitemaps.org/schemas/sitemap/0.9"
    return f'{head}<urlset xmlns="{space}">{pages}</urlset>'.encode()


def _style() -> bytes:
    tokens = (ASSETS / "css" / "00-tokens.css").read_bytes()
    return tokens + (ASSETS / "public" / "public.css").read_bytes()
