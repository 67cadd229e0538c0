"""POST /api/v1/readings: what comes in, what is refused, and that nothing else happens."""

import json
import math
import re
from typing import Any

import pytest
from sqlalchemy import delete

from dashboard import api
from dashboard.api.allowance import Allowance
from data_access.accounts.keys import KeyKind, add_key, revoke_key
from data_access.intake import door as intake
from data_access.intake.quarantine import PAYLOAD_CHARS, Quarantined, quarantined
from data_access.settings import Settings
from data_access.store.db import open_database
from data_access.store.tables import sources
from domain.actor import Actor, Role
from domain.facts.fact import Reason
from tests.raw_rows import stored_rows
from tests.web.api_sender import PATH, Sender
from tests.web.site import Site


@pytest.fixture
def sender(site: Site) -> Sender:
    """A source named `probe` with its key."""
    return Sender(site)


def stored(sender: Sender) -> list[float]:
    """Values stored of the sender's sign, by instant."""
    with sender.site.db.read() as conn:
        return [row[6] for row in stored_rows(conn, sender.sign.code)]


def kept(sender: Sender) -> list[Quarantined]:
    """The sender's quarantine, oldest first."""
    found = quarantined(sender.site.db, Actor("test", Role.ADMIN), sender.source)
    return list(reversed(found))


def test_readings_are_stored_before_the_answer(sender: Sender) -> None:
    outcome = sender.send(sender.reading(2, value=1), sender.reading(1, value=2.5))
    assert outcome == {"accepted": 2, "duplicates": 0, "rejected": []}
    assert stored(sender) == [1.0, 2.5]
    again = sender.send(sender.reading(2, value=1), sender.reading(0, value=3))
    assert (again["accepted"], again["duplicates"]) == (1, 1)
    assert sender.account().accepted == 3


def test_lines_and_compression(sender: Sender) -> None:
    lines = [json.dumps(sender.reading(n)) for n in range(3)]
    body = "\n".join([lines[0], "", "  ", lines[1] + "\r", "NaN", lines[2]]) + "\n"
    answer = sender.post(body, Content_Type="application/x-ndjson; charset=utf-8")
    assert answer.get_json()["accepted"] == 3
    assert [r["index"] for r in answer.get_json()["rejected"]] == [2]
    assert sender.zipped(f"[{lines[0]},{json.dumps(sender.reading(9))}]").get_json() == {
        "accepted": 1,
        "duplicates": 1,
        "rejected": [],
    }
    assert sender.post(b"\xef\xbb\xbf[" + lines[1].encode() + b"]").get_json()["duplicates"] == 1


def test_what_python_writes_for_nan_costs_only_itself(sender: Sender) -> None:
    bad = [math.nan, math.inf, -math.inf]
    outcome = sender.send(
        *(sender.reading(n, value=v) for n, v in enumerate(bad)), sender.reading(5)
    )
    assert outcome["accepted"] == 1
    assert [r["reason"] for r in outcome["rejected"]] == ["not_finite"] * 3
    payloads = [json.loads(thing.payload)["value"] for thing in kept(sender)]
    assert [str(value) for value in payloads] == ["nan", "inf", "-inf"]


@pytest.mark.parametrize(
    ("element", "reason", "word"),
    [
        ({"value": "12"}, Reason.WRONG_TYPE, "value: '12'"),
        ({"value": True}, Reason.WRONG_TYPE, "value: True"),
        ({"value": None}, Reason.WRONG_TYPE, "value: None"),
        ({"value": 10**400}, Reason.NOT_FINITE, "value: 1000"),
        ({"sign": 7}, Reason.WRONG_TYPE, "sign: 7"),
        ({"street": ["a"]}, Reason.WRONG_TYPE, "street: ['a']"),
        ({"source": "other"}, Reason.UNKNOWN_SOURCE, "source: 'other'"),
        ({"observed_at": 1795399200}, Reason.WRONG_TYPE, "observed_at: 1795399200"),
        ({"observed_at": "2020-01-01T00:00:00Z"}, Reason.TOO_FAR_BEHIND, "observed_at: 2020"),
        ({"point": "\ud83d"}, Reason.BAD_POINT, "point: "),
        ({"sign": "\u0000"}, Reason.UNKNOWN_SIGN, "sign: '\\x00'"),
        (7, Reason.WRONG_TYPE, "reading: "),
        ([], Reason.WRONG_TYPE, "reading: "),
        ({}, Reason.MISSING_FIELD, "source: missing"),
    ],
)
@pytest.mark.parametrize("strict", [True, False])
def test_one_bad_element_costs_only_itself(
    sender: Sender, element: Any, reason: Reason, word: str, strict: bool
) -> None:
    """Beside a good reading, and (not strict) beside one that is no JSON at all."""
    bad = sender.reading(**element) if isinstance(element, dict) and element else element
    others = [sender.reading(1)] + ([] if strict else [sender.reading(2, value=math.nan)])
    outcome = sender.send(bad, *others)
    assert outcome["accepted"] == 1
    first = outcome["rejected"][0]
    assert (first["index"], first["reason"]) == (0, reason)
    assert first["detail"].startswith(word), first
    (thing, *_) = kept(sender)
    assert (thing.reason, thing.detail, thing.via) == (reason, first["detail"], "api")
    assert len(kept(sender)) == len(outcome["rejected"]) == sender.account().quarantined


def test_unknown_fields_are_let_be_and_logged_once(
    sender: Sender, caplog: pytest.LogCaptureFixture
) -> None:
    for n in range(2):
        sender.send(sender.reading(n, battery=n))
    told = [r.getMessage() for r in caplog.records if r.name == "yiping.intake"]
    assert told == ["source 'probe' sends a field that nobody knows: 'battery'"]
    assert len(stored(sender)) == 2


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "byte 0"),
        (b"{}", "an array of readings|JSON array"),
        (b"null", "JSON array"),
        (b'[{"sign": "\xff"', "not UTF-8 .byte 11"),
        (b'[1, 2, {"a"]', "byte 11"),
        (b'["\xe5\x8c\xba", nope]', "byte 8"),
        (b"[" * 100_000, "deep"),
        (b"[" * 100_000 + b"]" * 100_000, "deep"),
    ],
)
def test_a_body_that_cannot_be_read_is_kept(sender: Sender, body: bytes, message: str) -> None:
    answer = sender.post(body)
    assert answer.status_code == 422
    assert answer.get_json()["error"]["field"] == "body"
    assert re.search(message, answer.get_json()["error"]["message"])
    (thing,) = kept(sender)
    assert thing.reason == "malformed"
    text = body.decode(errors="backslashreplace")
    if len(text) <= PAYLOAD_CHARS:
        assert thing.payload == text
    else:  # what is kept says that it is not all
        head, _, note = thing.payload.partition("…")
        assert text.startswith(head) and len(thing.payload) == PAYLOAD_CHARS
        assert f"{len(text):,} characters" in note
    assert stored(sender) == [] and sender.account().quarantined == 1


def test_compression_that_is_none_is_kept_too(sender: Sender) -> None:
    for body in (b"plain", b"\x1f\x8b\x08"):
        assert sender.post(body, Content_Encoding="gzip").status_code == 422
    assert [thing.reason for thing in kept(sender)] == ["malformed"] * 2
    assert sender.post(b"[]", Content_Encoding="br").status_code == 415


def test_too_much_is_refused_before_it_is_stored(sender: Sender) -> None:
    assert sender.post(b" " * (8 * 1024 * 1024 + 1)).status_code == 413
    assert sender.zipped(" " * (8 * 1024 * 1024 + 1)).status_code == 413
    assert sender.post("[" + "0," * 20_000 + "0]").status_code == 413
    assert sender.post("0\n" * 20_001, Content_Type="application/x-ndjson").status_code == 413
    many = json.dumps([sender.reading(0, point=str(n)) for n in range(20_001)])
    assert sender.post(many).status_code == 413
    assert stored(sender) == [] and kept(sender) == []
    assert sender.post("[]").get_json() == {"accepted": 0, "duplicates": 0, "rejected": []}


def test_only_the_sources_own_key_opens(sender: Sender) -> None:
    site = sender.site
    body = json.dumps([sender.reading()])
    screen = add_key(site.db, "wall", KeyKind.SCREEN, None, site.clock.ms)
    revoked = Sender(site, "second")
    revoke_key(site.db, "key-second", site.clock.ms)
    for given in ("", "Bearer", "Bearer ", "Bearer nonsense", f"Basic {sender.key}"):
        assert sender.post(body, Authorization=given).status_code == 401
    for key in (screen, revoked.key, sender.key + "x"):
        answer = sender.post(body, Authorization=f"Bearer {key}")
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert stored(sender) == []
    assert sender.post(body, Authorization=f"bearer {sender.key}").status_code == 200


def test_a_key_whose_source_is_gone_opens_nothing(sender: Sender) -> None:
    with sender.site.db.write() as conn:
        conn.execute(delete(sources).where(sources.c.code == sender.source))
    answer = sender.post(json.dumps([sender.reading()]))
    assert (answer.status_code, answer.get_json()["error"]["field"]) == (401, "source")
    assert stored(sender) == []


def test_a_session_does_not_open_the_intake(sender: Sender) -> None:
    admin = sender.site.person(Role.ADMIN)
    answer = admin.post(PATH, [sender.reading()])
    assert answer.status_code == 401
    assert answer.get_json()["error"]["code"] == "unauthorised"
    assert stored(sender) == []


def test_another_site_cannot_send(sender: Sender) -> None:
    answer = sender.post("[]", Origin="https://evil.example")
    assert answer.status_code == 403


def test_only_post(sender: Sender) -> None:
    client = sender.site.app.server.test_client()
    answer = client.get(PATH, headers={"Authorization": f"Bearer {sender.key}"})
    assert answer.status_code == 405
    assert answer.get_json()["error"]["code"] == "method"
    assert answer.headers["Allow"] == "POST"


def test_below_the_prefix_there_are_no_pages(sender: Sender) -> None:
    client = sender.site.app.server.test_client()
    for path in ("/api/v1/", "/api/v1/screen", "/api/v1/case-events"):
        answer = client.get(path, headers={"Authorization": f"Bearer {sender.key}"})
        assert (answer.status_code, answer.mimetype) == (404, "application/json"), path
        assert sender.site.person(Role.LEADER).get(path).status_code == 404


def test_a_key_that_sends_too_much_waits(
    settings: Settings, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr(api, "Allowance", lambda: Allowance(100, 250, lambda: now[0]))
    site.services.close()
    other = Site(site.services.settings, site.clock)
    sender, second = Sender(other), Sender(other, "second")
    for minute in range(3):
        sender.send(sender.reading(minute))
    answer = sender.post(json.dumps([sender.reading(4)]))
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) == 1
    second.send(second.reading())  # another key has an allowance of its own
    now[0] += 1
    sender.send(sender.reading(4))
    assert len(stored(sender)) == 5
    other.close()


def test_a_held_store_says_when_to_come_back(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "WAIT_S", 1)
    other = open_database(sender.site.services.settings)
    body = json.dumps([sender.reading()])
    with other.write():
        answer = sender.post(body)
        assert answer.status_code == 503
        assert answer.get_json()["error"]["code"] == "busy"
    assert stored(sender) == []
    assert sender.post(body).get_json()["accepted"] == 1
    other.close()


def test_without_redis_the_answer_is_the_same(sender: Sender) -> None:
    assert not sender.site.services.redis.ping()
    assert sender.send(sender.reading())["accepted"] == 1
