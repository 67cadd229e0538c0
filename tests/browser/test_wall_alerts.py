"""Whatever alarms, its line on the wall can be read to the end."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.catalogue import Catalogue
from domain.sign import Sign
from tests.browser.conftest import Visit
from tests.browser.feed import Feeder, mixed_city
from tests.browser.wall import Wall
from tests.fixtures.product import Stack
from tests.web_client import Client

STORM = (Path(__file__).parent / "storm.js").read_text(encoding="utf-8")
AT_ONCE = 4  # as many as a wall surely lists
SINCE = (datetime.now(UTC) - timedelta(hours=9)).isoformat()


@pytest.mark.parametrize(
    ("lang", "back"), [("zh", None), ("en", None), ("zh", "已回"), ("en", "back ")]
)
def test_no_alert_is_cut(
    city: Stack,
    leader: Client,
    feeder: Feeder,
    catalogue: Catalogue,
    visit: Visit,
    lang: str,
    back: str | None,
) -> None:
    """`back`: of alarms that are merely not cleared yet, the words that say so."""
    feeder.post(mixed_city(catalogue))
    page = visit(city, leader, 1920, 1080).tab()
    page.add_init_script(STORM)
    wall = Wall(page, city.url).open(f"?lang={lang}")
    places = [street.code for street in catalogue.counted]
    rows = [
        alert(sign, places[n % len(places)], 10 ** (n % 4), back is not None)
        for n, sign in enumerate(catalogue.signs)
    ]
    faults, listed = [], 0
    for first in range(0, len(rows), AT_ONCE):
        page.evaluate("(alerts) => window.alarmed(alerts)", rows[first : first + AT_ONCE])
        listed += page.locator("#wall .alert").count()
        faults += [fault for fault in wall.look() if ".alert" in fault]
        said = page.locator("#wall .alert .value").all_inner_texts()
        assert back is None or all(back in one and not set(one) & {"≥", "≤"} for one in said), said
    assert not faults, "\n".join(faults)
    assert listed == len(rows)


def alert(sign: Sign, place: str, times: int, back: bool) -> dict[str, Any]:
    """A row as the engine writes it, of a value as many digits longer than its bound."""
    alarm = sign.thresholds[-1].alarm
    bound = alarm.high if alarm.high is not None else alarm.low
    assert bound is not None
    clear = 0.95 * bound if alarm.high is not None else 1.05 * bound
    return {
        "sign": sign.code,
        "street": place,
        "state": "alarm",
        "value": min(1.37 * times * bound, sign.value_max),
        "threshold": bound,
        "side": "high" if alarm.high is not None else "low",
        "clear": round(clear, sign.decimals + 1) if back else None,
        "since": SINCE,
        "department": sign.department,
        "places": 23,
    }
