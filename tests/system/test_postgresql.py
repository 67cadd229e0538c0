"""The live lane over PostgreSQL: from a reading to every viewer, whatever else is lost."""

from collections.abc import Callable
from typing import Any

import pytest

from domain.catalogue import Catalogue
from domain.sign import State
from tests.browser.feed import Feeder, reading, value_for
from tests.browser.processes import kill
from tests.conditions import eventually
from tests.fixtures.product import Stack
from tests.system.people import sign_in_new
from tests.web.live_viewers import Viewers

SIGN, STREET = "FAC-13", "310115005"


@pytest.mark.postgres
def test_a_reading_reaches_every_viewer(
    new_stack: Callable[..., Stack], postgresql_url: str, catalogue: Catalogue
) -> None:
    """By push; through the store without Valkey; and again by a new engine."""
    stack = new_stack(DATABASE_URL=postgresql_url).start()
    client, feeder = sign_in_new(stack, "pg.leader", "leader"), Feeder(stack, "pg-gauge")
    cookie = "; ".join(f"{c.name}={c.value}" for c in client.cookies)
    viewers = Viewers(stack.port)
    viewer = viewers.connect(cookie)
    sign = catalogue.sign[SIGN]

    def seen(state: State) -> bool:
        """Whether a fresh answer and the stream both tell the state."""
        viewers.pump(0.1)
        told = [found(event.data) for event in viewer.events]
        newest = [one["state"] for one in told if one is not None][-1:]
        answer = found(client.get("/live/screen").json())
        return newest == [state] and answer is not None and answer["state"] == state

    def found(data: dict[str, Any]) -> dict[str, Any] | None:
        return next((s for s in data.get("signs", ()) if s["code"] == SIGN), None)

    viewers.until(lambda: bool(viewer.events), timeout=15)
    feeder.post([reading(sign, value_for(sign, State.ALARM), STREET)])
    eventually(lambda: seen(State.ALARM), 15)
    kill(stack, "valkey")
    feeder.post([reading(sign, value_for(sign, State.NORMAL), STREET)])
    eventually(lambda: seen(State.NORMAL), 20)
    kill(stack, "engine")
    feeder.post([reading(sign, value_for(sign, State.WARNING), STREET)])
    eventually(lambda: seen(State.WARNING), 30)
    answer = client.get("/live/screen").json()
    assert answer["sources"]["live"] == 1
    assert any(a["sign"] == SIGN and a["street"] == STREET for a in answer["alerts"])
    assert list(stack.data_dir.glob("*.db")) == []
    viewers.close()
    assert stack.stop() == 0
