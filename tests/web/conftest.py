"""The application under test. `site` is a test's own, `shared_site` belongs to a whole file."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from data_access.settings import Settings
from tests.clocks import FixedClock
from tests.web.site import Site


def _prepared(folder: Path, template: Path) -> Settings:
    settings = Settings(data_dir=folder, demo=False)
    settings.data_dir.mkdir(parents=True)
    shutil.copy(template, settings.db_url.removeprefix("sqlite:///"))
    return settings


@pytest.fixture
def site(tmp_path: Path, sqlite_template: Path, clock: FixedClock) -> Iterator[Site]:
    """An application over an empty store."""
    made = Site(_prepared(tmp_path / "web", sqlite_template), clock)
    yield made
    made.close()


@pytest.fixture(scope="module")
def shared_site(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Site]:
    """An application for tests that change nothing which another one looks at."""
    made = Site(_prepared(tmp_path_factory.mktemp("web") / "var", sqlite_template), FixedClock())
    yield made
    made.close()
