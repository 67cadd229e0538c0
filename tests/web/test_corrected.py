"""A corrected reading over HTTP, on the sign's page and in what is taken away."""

import json
from typing import Any

import pytest

from domain.actor import Role
from domain.freshness import Freshness
from domain.picture import Cell
from domain.sign import State
from tests.web.api_sender import Sender
from tests.web.moments import publish
from tests.web.site import Site


@pytest.fixture
def sender(site: Site) -> Sender:
    """A source named `probe` with its key."""
    return Sender(site)


def page(sender: Sender, street: str | None) -> str:
    """The sign's page of a place, as one text."""
    asked = {"code": sender.sign.code, "street": street, "period": "24h"}
    got = sender.site.person(Role.OPERATOR).callback(
        "sign-answer.data", {"sign-question.data": asked}
    )
    told: Any = got.get_json()
    return json.dumps(told["response"]["sign-answer"]["data"], ensure_ascii=False)


def taken(sender: Sender, table: str, **query: str) -> list[str]:
    """The lines of an export."""
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    path = f"/export/{table}.csv?sign={sender.sign.code}&period=24h&lang=en&{asked}"
    return sender.site.person(Role.LEADER).get(path).text.splitlines()


def test_a_higher_revision_is_taken_and_everything_says_so(sender: Sender) -> None:
    site, street = sender.site, sender.street
    seen = site.clock.ms - 2 * 60_000
    cell = Cell(0.75, State.NORMAL, Freshness.LIVE, seen, seen, False)
    publish(site, {(sender.sign.code, street): cell})
    first = sender.reading(2, value=0.5)
    assert sender.send(first)["accepted"] == 1
    assert "已更正" not in page(sender, street)
    assert sender.send({**first, "value": 0.25, "revision": 1})["accepted"] == 1
    assert sender.send({**first, "value": 0.75, "revision": 2})["accepted"] == 1
    rejected = sender.send({**first, "value": 9, "revision": 2})["rejected"]
    assert [each["reason"] for each in rejected] == ["conflict"]
    listed = page(sender, street)
    assert "已更正" in listed and "corrections.csv" in listed
    assert "已更正" in page(sender, None)  # the district is made of it
    assert "已更正 2 次" in listed  # beside the newest value
    lines = [line for line in taken(sender, "corrections", place=street) if "probe" in line]
    assert [line.split(",")[5:7] for line in lines] == [["0", "0.5"], ["1", "0.25"], ["2", "0.75"]]
    assert [",yes," in line for line in lines] == [False, False, True]


@pytest.mark.parametrize(
    ("revision", "reason"),
    [(-1, "bad_revision"), (2**31, "bad_revision"), (1.5, "wrong_type"), ("1", "wrong_type")],
)
def test_what_is_no_revision_is_refused(sender: Sender, revision: Any, reason: str) -> None:
    rejected = sender.send(sender.reading(2, revision=revision))["rejected"]
    assert [each["reason"] for each in rejected] == [reason]
    assert "revision" in rejected[0]["detail"]
