"""Every sentence that refuses a reading is known in both languages, part by part."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dashboard.api.cutting import Unreadable
from dashboard.api.decoding import Decoder
from dashboard.components.refusal import refusal
from dashboard.components.view import View
from dashboard.words.labels import table
from data_access.intake.kinds.reading import READING, _conflict
from data_access.mappings.mapping import load_mapping
from data_access.mappings.mapping_rows import RowMapper
from data_access.mappings.tabular import FileFault, Table
from domain.catalogue import Catalogue
from domain.clock import DAY_MS, to_rfc3339
from domain.declared import Sentinels
from domain.facts.fact import Fault, Reason, window
from domain.facts.reading import Reading
from domain.facts.reading_check import Validator

NOW = 1_795_478_400_000
ZH, EN = View("zh"), View("en")
NO_VALUE = Sentinels.of("-9999;NA")
GOOD = {"source": "one", "sign": "ENV-02", "street": None, "value": 5.0}


def bad(catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    district_only = next(s.code for s in catalogue.signs if not s.at_street)
    source = catalogue.sources[0].code
    street = catalogue.streets[0].code
    street_only = next((s.code for s in catalogue.signs if s.at_street and s.rule == "na"), None)
    yield {"sign": "NO-99"}
    yield {"source": "nobody"}
    yield {"source": source}
    yield {"street": "000"}
    if street_only is not None:
        yield {"sign": street_only}
    yield {"sign": district_only, "street": street}
    yield {"value": 1e12}
    yield {"observed_at": to_rfc3339(NOW + DAY_MS)}
    yield {"observed_at": to_rfc3339(NOW - 90 * DAY_MS)}
    yield {"observed_at": "yesterday"}
    yield {"weight": 0}
    yield {"denominator": -1}
    yield {"point": "x" * 99}
    yield {"unit": "mg/m3"}
    yield {"quality": "good"}
    yield {"quality": "invalid"}
    yield {"revision": -1}
    yield {"value": -9999}
    yield {"value": "NA"}
    yield {"value": "seven"}
    yield {"value": None}
    yield {"street": 7}
    yield {"value": float("nan")}
    yield {"point": "\ud800"}
    yield {"sign": "a, but this sender is b"}


def said(catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    """(reason, detail) as the intake writes them down."""
    rows = [{**GOOD, "observed_at": to_rfc3339(NOW), **each} for each in bad(catalogue)]
    bodies = [json.dumps([row]) for row in rows]
    bodies += ["[7]", '[{"source": "one"}]', json.dumps([rows[0]]).replace('"NO-99"', "1e999")]
    bodies += [f'[{json.dumps(rows[0])[:-1]}, "weight": 1e999}}]']
    validator = Validator(catalogue)
    for body in bodies:
        parcel = Decoder(READING).array(body.encode(), sentinels=NO_VALUE)
        found = validator.check(parcel, "one", window(NOW, 2), NO_VALUE)
        assert found.rejected, body
        yield from ((each.reason, each.detail) for each in found.rejected)
    for body in (b"{", b'{"a": 1}', b"\xff"):
        with pytest.raises(Unreadable) as caught:
            Decoder(READING).array(body)
        yield Reason.MALFORMED, str(caught.value)
    conflict = _conflict(Reading("one", "ENV-02", to_rfc3339(NOW), 5.0), 6.0)
    yield conflict.reason, conflict.detail
    yield (
        Reason.UNDIGESTED,
        "batch 7, received 2026-11-23T08:00:00Z: the engine fails on it: ValueError",
    )


def test_every_refusal_is_said_in_chinese_with_all_its_parts(catalogue: Catalogue) -> None:
    reasons = set()
    for reason, detail in said(catalogue):
        reasons.add(reason)
        assert refusal(EN, reason, detail) == detail  # it fits, and no part of it is lost
        text = refusal(ZH, reason, detail)
        assert re.search("[一-鿿]", text), (reason, detail)
        for number in re.findall(r"\d{3,}", detail):
            assert number in text or "RFC 3339" in text, (number, text)
    assert reasons == set(Reason)


FILE = """at,place,pm,note
2026-03-08 02:30,花木,5,
2026-11-01 01:30,花木,5,
2026-11-28 24:00,花木,5,
01/02/2026,花木,5,
soon,花木,5,
2026-10-01 00:00,,5,
2026-10-01 00:00,花木,无数据,
2026-10-01 00:00,花木,45%,
2026-10-01 00:00,花木
2026-10-01 00:00,花木,5,1.5
2026-10-01 00:00,花木,5,"to the end
"""
MAPPING = """
[source]
code = "one"
[time]
column = "at"
format = ["%Y-%m-%d %H:%M", "%d/%m/%Y", "%m/%d/%Y"]
zone = "America/Chicago"
fold = "refuse"
[street]
column = "place"
empty = "refuse"
lookup = { "花木" = "310115016" }
[[reading]]
column = "pm"
sign = "ENV-02"
unit = "µg/m³"
revision_column = "note"
"""


def test_refusals_of_files_are_said_in_chinese_too(tmp_path: Path, catalogue: Catalogue) -> None:
    (tmp_path / "some.toml").write_text(MAPPING.lstrip())
    (tmp_path / "some.csv").write_text(FILE)
    mapping = load_mapping(catalogue, str(tmp_path / "some.toml"))
    mapper, table, faults = RowMapper(mapping), Table(tmp_path / "some.csv", mapping), list[Fault]()
    with pytest.raises(FileFault, match=r"some.csv:12: the file ends inside a quote"):
        for line in table:
            faults += mapper(line)[1]
    table.close()
    assert len(faults) == 11
    for reason, detail in faults:
        assert refusal(EN, reason, detail) == detail
        text = refusal(ZH, reason, detail)
        said = re.sub("花木|无数据", "", text)
        assert re.search("[一-鿿]", said) and not re.search("[a-z]{3,} [a-z]{2,}", said), text


def test_what_no_sentence_fits_stands_as_it_is() -> None:
    assert refusal(ZH, "absurd", "written by an older release") == "written by an older release"
    assert refusal(ZH, "no such reason", "x") == "x"


def test_no_sentence_is_without_its_reason() -> None:
    keys = {key.split(".")[1] for key in table() if key.startswith("refusal.")}
    assert keys == {str(reason) for reason in Reason}
