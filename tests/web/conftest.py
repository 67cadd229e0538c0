"""The application under test. `site` is a test's own, `shared_site` belongs to a whole file.

`server` is the same as real processes, `public_site` what the public reads. Both belong to a file.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.public_site.site import PublicSite
from data_access.settings import Settings
from domain.catalogue import Catalogue
from tests.clocks import FixedClock
from tests.web.live_server import LiveServer
from tests.web.public_city import open_site, publish
from tests.web.site import Site


def prepared(folder: Path, template: Path) -> Settings:
    settings = Settings(data_dir=folder, demo=False)
    settings.data_dir.mkdir(parents=True)
    shutil.copy(template, settings.db_url.removeprefix("sqlite:///"))
    return settings


@pytest.fixture
def site(tmp_path: Path, sqlite_template: Path, clock: FixedClock) -> Iterator[Site]:
    """An application over an empty store."""
    made = Site(prepared(tmp_path / "web", sqlite_template), clock)
    yield made
    made.close()


@pytest.fixture(scope="module")
def shared_site(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Site]:
    """An application for tests that change nothing which another one looks at."""
    made = Site(prepared(tmp_path_factory.mktemp("web") / "var", sqlite_template), FixedClock())
    yield made
    made.close()


@pytest.fixture(scope="module")
def server(sqlite_template: Path) -> Iterator[LiveServer]:
    """One web process over an empty store."""
    made = LiveServer(sqlite_template)
    try:
        yield made.start()
    finally:
        made.close()


@pytest.fixture(scope="module")
def house(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, catalogue: Catalogue
) -> Settings:
    """A published city of which nothing but the publication store is left."""
    folder = tmp_path_factory.mktemp("public") / "var"
    return publish(folder, sqlite_template, catalogue, FixedClock().ms)


@pytest.fixture
def public_site(house: Settings, catalogue: Catalogue) -> Iterator[PublicSite]:
    """The public site over that city."""
    made = open_site(house, catalogue, FixedClock().ms)
    yield made
    made.close()
