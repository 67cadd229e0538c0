"""A real web process whose stores are deleted or overwritten: 503 with the store's name, no 500."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from data_access.accounts.keys import KeyKind, add_key
from data_access.catalogue.loader import load_catalogue
from data_access.intake.sources import ensure_source
from data_access.public.store import migrate_public
from domain.actor import Role
from domain.clock import to_ms, utc_now
from tests.conditions import eventually
from tests.web.live_server import LiveServer
from tests.web_client import Answer, Client

SOURCE = "air-stations"
DAMAGES: dict[str, Callable[[Path], object]] = {
    "garbage": lambda path: path.write_bytes(b"\x00garbage" * 100_000),
    "deleted": lambda path: path.unlink(),
    "emptied": lambda path: path.write_bytes(b""),
}


class House:
    """The web process, its callers, and copies of its stores."""

    def __init__(self, server: LiveServer) -> None:
        self.server = server
        now = to_ms(utc_now())
        ensure_source(server.db, load_catalogue("pudong"), SOURCE, now)
        self.key = add_key(server.db, "sender", KeyKind.INGEST, SOURCE, now)
        self.cookie = server.cookie("operator", Role.OPERATOR)
        self.store = server.folder / "pudong.db"
        self.public = server.folder / "pudong.public.db"
        server.publish(redis=False)
        server.db.close()  # the log goes into the file

    def post(self) -> Answer:
        row = {"sign": "TRA-01", "observed_at": datetime.now(UTC).isoformat(), "value": 42.0}
        return Client(self.server.url).post_readings(self.key, [row])

    def get(self, path: str, **headers: str) -> Answer:
        return Client(self.server.url).get(path, Cookie=self.cookie, **headers)

    def served(self) -> bool:
        answers = [self.post(), self.get("/sources"), self.get("/live/screen/frames")]
        assert [answer.status for answer in answers] == [200, 200, 200], answers
        return True


@pytest.fixture(scope="module")
def house(sqlite_template: Path) -> Iterator[House]:
    server = LiveServer(sqlite_template)
    try:
        migrate_public(server.settings)
        made = House(server)
        server.start()
        yield made
    finally:
        server.close()


@pytest.fixture
def broken(house: House, request: pytest.FixtureRequest) -> Iterator[Callable[[Path], None]]:
    """Breaks a store; after the test it is put back, and must be served again by itself."""
    kept: list[tuple[Path, Path]] = []
    eventually(house.served)

    def break_(path: Path) -> None:
        copy = path.with_suffix(".kept")
        shutil.copy(path, copy)
        kept.append((path, copy))
        DAMAGES[request.node.callspec.params["damage"]](path)

    yield break_
    for path, copy in kept:
        for part in ("-wal", "-shm"):
            Path(f"{path}{part}").unlink(missing_ok=True)
        copy.replace(path)
    eventually(house.served)


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_lost_store_is_named_everywhere(
    house: House, broken: Callable[[Path], None], damage: str
) -> None:
    broken(house.store)
    intake = house.post()
    assert intake.status == 503, "nothing is acknowledged"
    assert int(intake.headers["Retry-After"]) > 0
    page = house.get("/sources", Accept="text/html")
    program = house.get("/sources", Accept="application/json")
    login = Client(house.server.url).login("operator", "a long enough phrase")
    ready = house.get("/readyz")
    for answer in (intake, page, program, login, ready):
        assert answer.status == 503, answer.text
        assert "pudong.db" in answer.text
    assert house.get("/healthz").status == 200
    # identities are remembered for two seconds
    eventually(lambda: house.get("/live/screen").status == 503)
    lane = house.get("/live/screen/frames")
    assert lane.status == 503 and "pudong.db" in lane.text
    assert "Traceback" not in house.server.log()


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_lost_publication_store_is_named_and_the_desks_go_on(
    house: House, broken: Callable[[Path], None], damage: str
) -> None:
    broken(house.public)
    stranger = Client(house.server.url)
    answer = stranger.get("/api/v1/public/days.csv?from=2020-01-01")
    assert answer.status == 503 and "pudong.public.db" in answer.text
    assert stranger.get("/").status == 200, "what was read last stays"
    assert house.served()


@pytest.mark.parametrize("damage", ["garbage"])
def test_a_process_that_starts_over_a_lost_store_waits_for_it(
    house: House, broken: Callable[[Path], None], damage: str
) -> None:
    broken(house.store)
    house.server.hang_up()
    eventually(lambda: house.server.log().count("Booting worker") > 1)
    eventually(
        lambda: house.get("/sources").status == 503 and "pudong.db" in house.get("/readyz").text
    )
