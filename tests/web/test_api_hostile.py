"""Whatever is sent: an answer below 500, and an account that adds up."""

import gzip
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from data_access.store.tables import quarantine
from tests.web.api_sender import Sender
from tests.web.site import Site

TEXT = st.text(st.characters(codec=None, exclude_categories=[]), max_size=12)
LEAF = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXT)
JSON = st.recursive(
    LEAF, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4)
)
HOSTILE = [
    *("", "null", "NaN", "' OR 1=1 --", "<script>alert(1)</script>", "=cmd()", "../../etc/passwd"),
    *("\u0000", "\u202e", "é" * 300, "2026-11-23T02:00:00Z", "{}", "%s%n", "\ud800"),
]
FIELDS = ("source", "sign", "street", "observed_at", "value", "weight", "denominator", "point")
CHANGES = st.dictionaries(st.sampled_from(FIELDS), st.sampled_from(HOSTILE) | JSON, max_size=3)
MODES = st.sampled_from(["application/json", "application/x-ndjson", "text/plain", "", "a/b; c"])
SLOW = [HealthCheck.too_slow]


@pytest.fixture(scope="module")
def sender(shared_site: Site) -> Sender:
    """A source for all examples: what goes wrong with one must not spoil the next."""
    return Sender(shared_site, "hostile")


def balance(sender: Sender) -> None:
    """What the register counts as quarantined is what quarantine holds."""
    of_source = quarantine.c.source == sender.source
    with sender.site.db.read() as conn:
        held = conn.scalar(select(func.count()).select_from(quarantine).where(of_source))
    assert held == sender.account().quarantined


@settings(max_examples=150, deadline=None, suppress_health_check=SLOW)
@given(body=st.binary(max_size=200), mode=MODES, zipped=st.booleans(), cut=st.integers(0, 9))
def test_any_bytes(sender: Sender, body: bytes, mode: str, zipped: bool, cut: int) -> None:
    sent = gzip.compress(body)[: -cut or None] if zipped else body
    answer = sender.post(sent, Content_Type=mode, Content_Encoding="gzip" if zipped else "identity")
    assert answer.status_code in (200, 422)
    balance(sender)


@settings(max_examples=150, deadline=None, suppress_health_check=SLOW)
@given(body=JSON, mode=MODES)
def test_any_json(sender: Sender, body: Any, mode: str) -> None:
    answer = sender.post(json.dumps(body), Content_Type=mode)
    assert answer.status_code in (200, 422)
    if answer.status_code == 200 and isinstance(body, list) and "ndjson" not in mode:
        assert answer.get_json()["accepted"] == 0
        assert len(answer.get_json()["rejected"]) == len(body)
    balance(sender)


@settings(max_examples=200, deadline=None, suppress_health_check=SLOW)
@given(changes=st.lists(CHANGES, min_size=1, max_size=4), lines=st.booleans())
def test_readings_with_hostile_fields(
    sender: Sender, changes: list[dict[str, Any]], lines: bool
) -> None:
    sent = [sender.reading(0, **change) for change in changes]
    if lines:
        body = "\n".join(json.dumps(one) for one in sent)
        answer = sender.post(body, Content_Type="application/x-ndjson")
    else:
        answer = sender.post(json.dumps(sent))
    assert answer.status_code == 200
    outcome = answer.get_json()
    counted = outcome["accepted"] + outcome["duplicates"] + len(outcome["rejected"])
    assert counted == len(sent)
    balance(sender)
