"""An entry of the correction log in a person's own words: in both languages, audited, or none."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from data_access.accounts.audit import newest
from data_access.public import releases
from data_access.public.corrections import BadCorrection, Wording, add_wording, main
from data_access.public.queries import newest_corrections
from data_access.public.store import migrate_public, open_public
from data_access.settings import Settings
from data_access.store.db import Database
from domain.catalogue import Catalogue
from domain.clock import DAY_MS
from tests.clocks import FixedClock

NOW = FixedClock().ms
GOOD = Wording("ENV-02", "day", "2026-11-20", "一处 设备校准过", "One device was calibrated")


@pytest.fixture
def public(db: Database, db_settings: Settings) -> Iterator[Database]:
    migrate_public(db_settings)
    made = open_public(db_settings, read_only=False)
    yield made
    made.close()


def test_it_is_in_the_log_and_audited(db: Database, public: Database, catalogue: Catalogue) -> None:
    add_wording(db, public, catalogue, GOOD, "shell:x", NOW)
    add_wording(db, public, catalogue, replace(GOOD, period="week"), "shell:x", NOW + 1)
    week, day = newest_corrections(public, 9)
    assert (day.sign, day.place, day.at, day.old) == ("ENV-02", catalogue.code, NOW, None)
    assert (day.text("zh"), day.text("en")) == (GOOD.text_zh, GOOD.text_en)
    local = catalogue.zone.day_start(day.start)
    assert day.start == local and day.start - week.start == 4 * DAY_MS  # a Friday
    entries = [(e.who, e.action, e.object) for e in newest(db)]
    assert entries[-1] == ("shell:x", "correction.add", "ENV-02 day 2026-11-20")
    with public.read() as conn:  # the engine still knows only what it has noticed itself
        assert releases.corrected(conn, "day", [day.start]) == {}


@pytest.mark.parametrize(
    "change",
    [
        {"sign": "FAC-05"},
        {"sign": "no-such"},
        {"period": "year"},
        {"date": "20/11/2026"},
        {"date": "2026-11-24"},
        {"date": "1026-01-01"},
        {"text_zh": " "},
        {"text_zh": "长" * 301},
        {"text_en": ""},
        {"text_en": "设备"},
    ],
)
def test_what_is_not_taken(
    db: Database, public: Database, catalogue: Catalogue, change: dict[str, str]
) -> None:
    with pytest.raises(BadCorrection):
        add_wording(db, public, catalogue, replace(GOOD, **change), "shell:x", NOW)
    assert newest_corrections(public, 9) == [] and newest(db) == []


def test_no_entry_without_its_audit_row_and_no_row_without_its_entry(
    db: Database, public: Database, catalogue: Catalogue
) -> None:
    from sqlalchemy.exc import IntegrityError

    add_wording(db, public, catalogue, GOOD, "shell:x", NOW)
    with pytest.raises(IntegrityError):
        add_wording(db, public, catalogue, GOOD, "shell:x", NOW)
    assert len(newest_corrections(public, 9)) == len(newest(db)) == 1


def test_the_command(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    clock = FixedClock()
    words = ["--zh", GOOD.text_zh, "--en", GOOD.text_en]
    assert main(["ENV-02", "2026-11-20", *words], settings, clock) == 0
    assert main(["FAC-05", "2026-11-20", *words], settings, clock) == 1
    assert "FAC-05" in capsys.readouterr().err
    store = open_public(settings)
    assert [c.sign for c in newest_corrections(store, 9)] == ["ENV-02"]
    store.close()
