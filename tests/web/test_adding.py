"""What docs/adding.md says of signs and thresholds is done to a copy of a city, and then used.

Its page, measure and fact have tests of their own (`test_page_on_the_spot`, `test_measures`,
`test_second_kind`).
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from data_access.accounts.keys import KeyKind, add_key
from data_access.catalogue import files, loader
from data_access.catalogue.loader import load_catalogue_from
from data_access.settings import ROOT
from domain.actor import Actor, Role
from domain.catalogue import Catalogue
from domain.freshness import Freshness
from domain.picture import Cell, Picture
from domain.sign import State
from engine.demo.behaviour_files import load_behaviour
from engine.loop import Engine
from engine.publisher import Publisher
from tests.adding import DOCUMENT, SECTIONS, blocks, rows
from tests.clocks import FixedClock
from tests.conditions import eventually
from tests.web.conftest import prepared
from tests.web.light_nodes import every, words
from tests.web.site import Site, Visitor
from tests.web.test_export import rows_of

CITY = "pudong"
SIGN, NAME, SOURCE, STREET = "FAC-21", "公交候车亭破损数", "bus-shelters", "310115016"
LEADER = Actor("w", Role.LEADER)
SHARED = (".csv", "registry.py")  # blocks for these add to a file that is there


def follow(name: str, folder: Path) -> None:
    """Add the rows of a section to a city's tables; a version that is there is written anew."""
    for path, text in blocks(name).items():
        table = folder / Path(path).name
        assert path == f"data_access/catalogue/{CITY}/{table.name}"
        known = table.read_text(encoding="utf-8").splitlines()
        keys = 2 if table.name == "thresholds.csv" else 1
        for line, row in zip(text.splitlines(), rows(text), strict=True):
            known = [each for each in known if each.split(",")[:keys] != row[:keys]]
            known.append(line)
        table.write_text("\n".join([*known, ""]), encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the reference city that has the document's sign."""
    home = tmp_path / "cities"
    shutil.copytree(loader.FOLDER / CITY, home / CITY)
    follow("A sign", home / CITY)
    monkeypatch.setattr(loader, "FOLDER", home)
    loader.load_catalogue.cache_clear()
    yield home / CITY
    loader.load_catalogue.cache_clear()


class Town:
    """The product over that copy: a device with a key, the engine, and people who look."""

    def __init__(self, folder: Path, template: Path, clock: FixedClock) -> None:
        self.site = Site(prepared(folder.parent / "web", template), clock)
        self.db, self.city, self.clock = self.site.db, self.site.services.catalogue, clock
        self.key = add_key(self.db, "gateway", KeyKind.INGEST, SOURCE, clock.ms)
        self.engine = Engine(self.db, self.city, clock.ms)
        self.publisher = Publisher(self.db, self.site.services.redis, "test", clock.ms)

    def tell(self, value: float) -> dict[str, Any]:
        """Send a reading of the sign over HTTP, observed this instant; the answer."""
        told = {
            "source": SOURCE,
            "sign": SIGN,
            "street": STREET,
            "observed_at": self.clock().isoformat(),
            "value": value,
        }
        answer = self.site.app.server.test_client().post(
            "/api/v1/readings", json=[told], headers={"Authorization": f"Bearer {self.key}"}
        )
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.get_json()
        return found

    def close(self) -> None:
        """Give connections back."""
        self.site.close()

    def fresh(self) -> Picture | None:
        """What the web shows, once that is what the engine has just published."""
        picture = self.site.services.pictures.now(LEADER)
        return picture if picture is not None and picture.as_of == self.clock.ms else None

    def judged(self) -> Cell:
        """The sign of the district as the engine has judged it, as the web has it."""
        while self.engine.turn():
            pass
        self.engine.step(self.clock.ms)
        self.publisher.publish(self.engine.city, self.clock.ms)
        shown = eventually(self.fresh)
        cell = shown and shown.cell(SIGN, self.city.code)
        assert cell is not None
        return cell


def lines(visitor: Visitor) -> list[Any]:
    """The rows of the table on /signs."""
    answer = visitor.callback("signs-answer.data", {"signs-question.data": {}})
    assert answer.status_code == 200, answer.text
    return list(every(answer.get_json()["response"], "tr"))


def linted(folder: Path) -> str:
    """What `city lint` prints of a folder in which it finds no fault."""
    command = [sys.executable, str(ROOT / "app.py"), "city", "lint", str(folder)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def test_lint_finds_nothing_and_one_sign_more(folder: Path, catalogue: Catalogue) -> None:
    assert f"{len(catalogue.signs) + 1} signs" in linted(folder)
    found = load_catalogue_from(folder)
    assert SIGN not in catalogue.sign and SIGN in found.sign
    assert SIGN in load_behaviour(found).signs


def test_a_reading_of_it_is_taken_judged_listed_and_taken_away(
    folder: Path, sqlite_template: Path, clock: FixedClock
) -> None:
    with closing(Town(folder, sqlite_template, clock)) as town:
        assert town.judged().freshness is Freshness.NEVER
        clock.step(60)
        answer = town.tell(12)
        assert (answer["accepted"], answer["rejected"]) == (1, [])
        reasons = [each["reason"] for each in town.tell(10_001)["rejected"]]
        assert reasons == ["absurd"], "by the row's own bounds"
        cell = town.judged()
        assert (cell.value, cell.state, cell.version) == (12, State.ATTENTION, 1)
        leader = town.site.person(Role.LEADER)
        (line,) = [said for said in map(words, lines(leader)) if NAME in said]
        assert "关注" in line and "12" in line
        (row,) = [r for r in rows_of(leader.get("/export/signs.csv")) if SIGN in r.values()]
        assert {NAME, "关注", "12.0"} <= set(row.values())


def test_a_second_version_judges_from_its_day_and_not_before(
    folder: Path, sqlite_template: Path, clock: FixedClock
) -> None:
    follow("A threshold", folder)
    loader.load_catalogue.cache_clear()
    linted(folder)
    city = loader.load_catalogue(CITY)
    before, after = city.sign[SIGN].thresholds
    assert before.valid_to == after.valid_from
    midnight = city.zone.date_start(after.valid_from)
    clock.set(datetime.fromtimestamp(midnight / 1000, UTC) - timedelta(minutes=1))
    with closing(Town(folder, sqlite_template, clock)) as town:
        town.tell(12)
        cell = town.judged()
        assert (cell.value, cell.state, cell.version) == (12, State.ATTENTION, 1)
        clock.step(61)
        cell = town.judged()
        assert (cell.value, cell.state, cell.version) == (12, State.ALARM, 2)


def test_every_file_that_the_document_names_is_there_or_made_by_a_block() -> None:
    made = {path for name in SECTIONS for path in blocks(name)}
    named = set(re.findall(r"`([\w.<>-]+/[\w./<>-]*|\w+\.(?:md|csv|toml|py))`", DOCUMENT))
    named |= set(re.findall(r"\]\(([\w.-]+)(?:#[\w-]+)?\)", DOCUMENT))
    assert len(named) > 40
    assert [path for path in sorted(named - made) if not there(path)] == []


def there(path: str) -> bool:
    """Whether it is a file or a folder, or what every city may have in its own."""
    asked = path.replace("<city>", CITY)
    own = {*files.NEEDED, *files.OPTIONAL}
    return path in own or (ROOT / asked).exists() or (ROOT / "docs" / asked).exists()


def test_blocks_are_new_files_or_add_to_shared_ones() -> None:
    for name in SECTIONS:
        for path in blocks(name):
            assert (ROOT / path).exists() == path.endswith(SHARED), path
            if path.endswith(".py"):
                compile(blocks(name)[path], path, "exec")
