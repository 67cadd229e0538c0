"""A published city for web tests: every sign has spoken, then the internal store is taken away."""

import random
import shutil
from pathlib import Path
from typing import Any, NamedTuple

from dashboard.public_site.site import PublicSite
from data_access.settings import Settings
from data_access.store.db import open_database
from domain.catalogue import Catalogue
from domain.clock import DAY_MS, HOUR_MS, MINUTE_MS
from domain.publication import Kind
from tests.clocks import FixedClock
from tests.data.published_city import PublishedCity, poisson


class Answer(NamedTuple):
    """What the site said."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


def publish(folder: Path, template: Path, catalogue: Catalogue, now_ms: int) -> Settings:
    """Lay a city out in `folder`, publish it, and remove everything but the publication."""
    settings = Settings(data_dir=folder, demo=False)
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(template, folder / "pudong.db")
    db = open_database(settings)
    city = PublishedCity(db, settings, catalogue)
    chance = random.Random(3)
    rules = catalogue.publication
    assert rules is not None
    for sign in catalogue.signs:
        counted = rules.kind(sign) is Kind.COUNT
        night = now_ms - catalogue.zone.day_start(now_ms)  # since midnight
        for ago in (HOUR_MS * 5 // 2, night + 3 * MINUTE_MS // 2, DAY_MS):
            values = {
                p: float(poisson(chance, 3)) if counted else sign.typical for p in city.streets[:12]
            }
            values[catalogue.code] = sum(values.values()) if counted else sign.typical
            city.samples(sign.code, now_ms - ago, values, mass=200)
    city.publication.publish(now_ms)
    city.public.close()
    db.close()
    for file in folder.glob("pudong.db*"):
        file.unlink()
    return settings


def ask(
    site: Any, path: str, query: str = "", method: str = "GET", body: bytes = b"", **headers: str
) -> Answer:
    """One request straight to the WSGI callable."""
    import io

    environ = {
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "REQUEST_METHOD": method,
        "HTTP_HOST": "localhost",
        "REMOTE_ADDR": "10.0.0.1",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        **{f"HTTP_{name.upper()}": value for name, value in headers.items()},
    }
    heard: list[tuple[int, dict[str, str]]] = []

    def start_response(status: str, given: list[tuple[str, str]], _exc: Any = None) -> Any:
        heard.append((int(status[:3]), dict(given)))
        return lambda _data: None

    said = b"".join(site(environ, start_response))
    return Answer(heard[0][0], heard[0][1], said)


def open_site(settings: Settings, catalogue: Catalogue, now_ms: int) -> PublicSite:
    """The site of its own."""
    clock = FixedClock()
    assert clock.ms == now_ms
    return PublicSite(settings, catalogue, clock)
