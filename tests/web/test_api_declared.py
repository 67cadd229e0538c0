"""POST /api/v1/readings: what a sender declares beside its values is heard."""

import json
import math

import pytest

from data_access.accounts.keys import KeyKind, add_key
from data_access.intake.provisional import is_provisional, provisional_instants
from data_access.intake.quarantine import quarantined
from data_access.intake.sources import declare_missing
from data_access.store.tables import point_latest
from domain.actor import Actor, Role
from domain.clock import HOUR_MS, MINUTE_MS, to_ms
from domain.sign import Sign
from tests.web.api_sender import Sender
from tests.web.site import Site

ADMIN = Actor("test", Role.ADMIN)


@pytest.fixture
def sender(site: Site) -> Sender:
    """A source named `probe` with its key."""
    return Sender(site)


def reasons(sender: Sender) -> list[str]:
    """Reasons in quarantine, oldest first."""
    return [thing.reason for thing in reversed(quarantined(sender.site.db, ADMIN, sender.source))]


def marked(sender: Sender) -> list[int]:
    """Instants of the provisional readings of the sender's sign and street."""
    now = sender.site.clock.ms
    code, place = sender.sign.code, sender.street
    return provisional_instants(sender.site.db, ADMIN, code, place, now - HOUR_MS, now + HOUR_MS)


def fine_dust(sender: Sender) -> Sign:
    """A sign in µg/m³."""
    return sender.site.services.catalogue.sign["ENV-02"]


def test_a_unit_that_is_not_the_signs_is_refused(sender: Sender) -> None:
    sign = fine_dust(sender)
    right = [sign.measured_in.zh, sign.measured_in.en, "ug/m3", "\u03bcg/m\u00b3", " µg / m3", None]
    wrong = ["mg/m3", "mg/m³", "", "ppm", "g" * 5_000, "\u0000"]
    sent = [
        sender.reading(n, sign=sign.code, unit=unit, value=0.031)
        for n, unit in enumerate(right + wrong)
    ]
    for _ in range(2):  # the second time from what the validator remembers
        outcome = sender.send(*sent)
        assert [r["index"] for r in outcome["rejected"]] == list(range(len(right), len(sent)))
        assert {r["reason"] for r in outcome["rejected"]} == {"wrong_unit"}
    assert outcome["duplicates"] == len(right)
    assert outcome["rejected"][0]["detail"] == "unit: 'mg/m3' is not µg/m³ of ENV-02"
    assert sender.send(sender.reading(20, unit=7))["rejected"][0]["reason"] == "wrong_type"


@pytest.mark.parametrize(
    ("code", "unit", "value"),
    [("ENV-02", "mg/m3", 0.031), ("ENV-04", "mg/m³", 0.16), ("ENV-06", "µg/m³", 85)],
)
def test_a_thousand_times_too_much_or_too_little(
    sender: Sender, code: str, unit: str, value: float
) -> None:
    """Air in milligrams, dust in micrograms: what would be stored is not what was measured."""
    outcome = sender.send(sender.reading(1, sign=code, unit=unit, value=value))
    assert outcome["accepted"] == 0
    assert [r["reason"] for r in outcome["rejected"]] == reasons(sender) == ["wrong_unit"]


def test_points_are_the_same_with_blanks_around_them(sender: Sender) -> None:
    assert sender.send(sender.reading(1, point=" p1 "))["accepted"] == 1
    assert sender.send(sender.reading(1, point="p1"))["duplicates"] == 1


def test_what_stands_for_no_value_is_no_reading(sender: Sender) -> None:
    low = sender.sign.value_min
    listed = ["-9999", "NA", "null", "NaN", f"{low:g}"]
    declare_missing(sender.site.db, sender.source, listed)
    values = [-9999, -9999.0, "-9999", "na", None, math.nan, low]
    sent = [sender.reading(n, value=value) for n, value in enumerate(values)]
    outcome = sender.send(*sent, sender.reading(30, value=low + 1), sender.reading(31, value="x"))
    assert outcome["accepted"] == 1
    told = [r["reason"] for r in outcome["rejected"]]
    assert told == ["no_value"] * len(values) + ["wrong_type"]
    assert reasons(sender) == ["wrong_type"]
    assert sender.account().quarantined == 1
    before = sender.account().last_received
    sender.site.clock.step(60)
    sender.send(sender.reading(0, value=-9999))
    assert sender.account().last_received == before  # nothing was heard
    lines = "\n".join(json.dumps(sender.reading(n, value=None)) for n in range(3))
    answer = sender.post(lines, Content_Type="application/x-ndjson").get_json()
    assert [r["reason"] for r in answer["rejected"]] == ["no_value"] * 3


def test_each_source_has_its_own_list(sender: Sender) -> None:
    declare_missing(sender.site.db, sender.source, ["0.5"])
    other = Sender(sender.site, "other")
    assert other.send(other.reading(1))["accepted"] == 1
    assert sender.send(sender.reading(1))["rejected"][0]["reason"] == "no_value"
    again = add_key(sender.site.db, "second", KeyKind.INGEST, "probe", sender.site.clock.ms)
    sender.key = again
    assert sender.send(sender.reading(1))["rejected"][0]["reason"] == "no_value"


def test_invalid_never_becomes_a_value(sender: Sender) -> None:
    outcome = sender.send(
        sender.reading(1, quality="invalid"),
        sender.reading(2, quality="suspect"),
        sender.reading(3, quality="valid"),
        sender.reading(4, quality=None),
        sender.reading(5, quality=1),
    )
    assert outcome["accepted"] == 2
    told = [(r["index"], r["reason"]) for r in outcome["rejected"]]
    assert told == [(0, "declared_invalid"), (1, "bad_quality"), (4, "wrong_type")]
    assert reasons(sender) == ["declared_invalid", "bad_quality", "wrong_type"]
    assert marked(sender) == []


def test_provisional_is_stored_marked_and_confirmed(sender: Sender) -> None:
    early = [sender.reading(n, quality="provisional") for n in (4, 2)]
    assert sender.send(*early, sender.reading(3))["accepted"] == 3
    assert len(marked(sender)) == 2
    assert sender.send(*early)["duplicates"] == 2
    assert len(marked(sender)) == 2
    # final: the mark goes; another value does not replace the first and confirms nothing
    outcome = sender.send(sender.reading(4), sender.reading(2, value=9))
    assert (outcome["duplicates"], outcome["rejected"][0]["reason"]) == (1, "conflict")
    left = sender.site.clock.ms - 2 * MINUTE_MS
    assert marked(sender) == [left]
    # once final, it is not made provisional again
    sender.send(sender.reading(4, quality="provisional"))
    assert marked(sender) == [left]
    sign = sender.sign.code
    assert provisional_instants(sender.site.db, ADMIN, sign, None, left, left + 1) == [left]


def test_only_the_newest_value_of_a_point_makes_the_present_provisional(sender: Sender) -> None:
    site, sign = sender.site, sender.sign
    now = site.clock.ms

    def present(place: str) -> bool:
        return is_provisional(site.db, ADMIN, site.services.catalogue, sign.code, place, now)

    def newest(minute: int) -> None:  # what the engine keeps of a point
        at = to_ms(site.clock()) - minute * MINUTE_MS
        row = (sender.street, sign.code, sender.source, "", at, 0.5, None, None)
        with site.db.write() as conn:
            site.db.upsert(conn, point_latest, [row])

    district = site.services.catalogue.code
    sender.send(sender.reading(2, quality="provisional"), sender.reading(0))
    newest(2)
    assert present(sender.street) and present(district)
    newest(0)
    assert not present(sender.street) and not present(district)


def test_the_signs_page_and_the_export_say_so(sender: Sender) -> None:
    site, sign = sender.site, sender.sign
    person = site.person(Role.OPERATOR)
    values = {
        "sign-question.data": {"code": sign.code, "street": sender.street, "period": "24h"},
    }
    answer = person.callback("sign-answer.data", values)
    assert answer.status_code == 200 and "初步数据" not in answer.text
    sender.send(sender.reading(1, quality="provisional"))
    told = person.callback("sign-answer.data", values).get_json()
    assert "初步数据" in json.dumps(told, ensure_ascii=False)
