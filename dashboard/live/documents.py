"""Documents that change only with the catalogue: made once, kept for ever."""

import gzip
import threading
from collections.abc import Callable, Iterable
from hashlib import blake2b
from wsgiref.types import StartResponse

import msgspec

from dashboard.desks.screen.screen_static import screen_static
from dashboard.house.services import Services
from dashboard.wire.replies import JSON, Document, Environ
from data_access.maps.boundaries import load_map


class Once:
    """A JSON document made by `make` when it is first needed."""

    def __init__(self, make: Callable[[], object]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._document: Document | None = None

    def answer(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """As `Document.answer`."""
        return (self._document or self.prepare()).answer(environ, start_response)

    def prepare(self) -> Document:
        """Make it now, unless that is done."""
        with self._lock:
            if self._document is None:
                self._document = json_document(self._make())
            return self._document


def json_document(value: object) -> Document:
    """`value` as a JSON document, its entity tag a hash of the bytes."""
    body = msgspec.json.encode(value)
    etag = blake2b(body, digest_size=8).hexdigest()
    return Document(etag, JSON, {"gzip": gzip.compress(body, 9, mtime=0), "": body})


def screen_documents(services: Services) -> dict[str, Once]:
    """The wall's companions by path: names and labels, and the map."""
    return {
        "/live/screen/static": Once(lambda: screen_static(services)),
        "/live/screen/map": Once(lambda: load_map(services.settings, services.catalogue).geojson),
    }
