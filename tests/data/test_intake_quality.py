"""What a file says of its values' quality, through `quality_column`, as over HTTP."""

from pathlib import Path

import pytest
from sqlalchemy import select

from data_access.settings import Settings
from data_access.store.db import Database
from data_access.store.tables import provisional, quarantine
from tests.clocks import FixedClock
from tests.intake_files import AIR, Loader, air

QUALITY = 'quality_column = "note"\nquality_lookup = { "P" = "provisional", "bad" = "invalid" }\n'


@pytest.fixture
def load(
    tmp_path: Path, db_settings: Settings, clock: FixedClock, capsys: pytest.CaptureFixture[str]
) -> Loader:
    """Loads into a store of the test's own."""
    return Loader(tmp_path, db_settings, clock, capsys)


def test_qualities_of_a_file(load: Loader, db: Database) -> None:
    words = ["P", "bad", "", "valid", "NA", " P ", "odd", "Provisional"]
    rows = air(len(words))
    rows[1:] = [row.removesuffix("ok") + word for row, word in zip(rows[1:], words, strict=True)]
    said = load(load.file("some.csv", rows), AIR + QUALITY)
    assert (said.code, said.account) == (0, (8, 6, 0, 2))
    with db.read() as conn:
        reasons = list(conn.scalars(select(quarantine.c.reason).order_by(quarantine.c.id)))
        marks = conn.execute(select(provisional.c.street_code, provisional.c.source)).all()
    assert reasons == ["declared_invalid", "bad_quality"]
    assert [tuple(mark) for mark in marks] == [("310115016", "try-out")] * 3
    assert load(load.file("some.csv", rows), AIR + QUALITY).account == (8, 0, 6, 2)
    final = load(load.file("final.csv", air(len(words))), AIR)  # the same without a word
    assert final.account == (8, 2, 6, 0)
    with db.read() as conn:
        assert conn.execute(select(provisional)).all() == []


def test_a_units_spelling_is_free_in_a_mapping(load: Loader) -> None:
    file = load.file("some.csv", air(3))
    assert load(file, AIR.replace("µg/m³", "\u03bcg / m3")).account == (3, 3, 0, 0)
    refused = load(file, AIR.replace("µg/m³", "mg/m3"))
    assert refused.code == 2 and "'mg/m3' is not 'µg/m³' of ENV-02" in refused.err


def test_a_lookup_knows_our_words_only(load: Loader) -> None:
    wrong = QUALITY.replace('"invalid"', '"worse"')
    said = load(load.file("some.csv", air(1)), AIR + wrong)
    assert said.code == 2 and "'bad' is none of valid, provisional, invalid" in said.err


def test_revisions_of_a_file(load: Loader) -> None:
    column = 'revision_column = "note"\n'
    rows = air(5)
    rows[1:] = [row.removesuffix("ok") for row in rows[1:]]
    assert load(load.file("first.csv", rows), AIR + column).account == (5, 5, 0, 0)
    told = [rows[0]]
    for row, word in zip(rows[1:], ["1", "0", "x", "1.5", "-1"], strict=True):
        at, place, pm, *rest = row.split(",")
        told.append(",".join((at, place, str(float(pm) + 1), *rest[:-1], word)))
    said = load(load.file("second.csv", told), AIR + column)
    assert said.account == (5, 1, 0, 4)
    for words in ("conflict: 1", "wrong_type: 2", "bad_revision: 1"):
        assert words in said.out
    assert load(load.file("first.csv", rows), AIR + column).account == (5, 0, 5, 0)
