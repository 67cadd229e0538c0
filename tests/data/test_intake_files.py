"""Files into the store: the account adds up, damage is told, an interrupted load goes on later."""

import gzip
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from openpyxl import Workbook
from sqlalchemy import func, select

from data_access.demo.demo_sources import claim_for_demo
from data_access.intake.readings import next_batches
from data_access.intake.sources import SourceRow, source_list
from data_access.loads import ingest, parcels
from data_access.settings import ROOT, Settings
from data_access.store.db import Database
from data_access.store.tables import batches, quarantine
from domain.actor import Actor, Role
from domain.catalogue import Catalogue
from tests.clocks import FixedClock
from tests.fixtures.real_data import real_data
from tests.raw_rows import stored_rows

ADMIN = Actor("test", Role.ADMIN)
COLUMNS = "source,sign,street,observed_at,value,weight,denominator,point"
CLOSING = re.compile(
    r"read (\d+) = accepted (\d+) \+ duplicates (\d+) \+ quarantined (\d+)"
    r" \(readings, from (\d+) rows with (\d+) empty cells\)"
)
Capture = pytest.CaptureFixture[str]


def load(
    settings: Settings, clock: FixedClock, path: Path, name: str = "readings", code: int = 0
) -> None:
    """Ingest a file and expect an exit code."""
    assert ingest.main([str(path), "--as", name], settings, clock) == code


def account(capsys: Capture) -> tuple[int, ...]:
    """(read, accepted, duplicates, quarantined, rows, empty cells) of the closing line."""
    out = capsys.readouterr().out
    found = CLOSING.search(out)
    assert found, out
    numbers = tuple(map(int, found.groups()))
    assert numbers[0] == sum(numbers[1:4])
    return numbers


def lines_of(catalogue: Catalogue, count: int) -> list[str]:
    """Good rows in our own columns."""
    sign = next(s for s in catalogue.signs if s.at_street)
    street = catalogue.streets[0].code
    return [
        f"files,{sign.code},{street},2026-11-22T{n // 60 % 24:02}:{n % 60:02}:00+08:00,"
        f"{sign.typical},,,p{n // 1440}"
        for n in range(count)
    ]


def csv_file(folder: Path, lines: Sequence[str], name: str = "some.csv") -> Path:
    """A CSV file in our own columns."""
    path = folder / name
    path.write_text("\n".join([COLUMNS, *lines]) + "\n", encoding="utf-8")
    return path


def source_row(db: Database, code: str) -> SourceRow:
    """The register's line of a source."""
    return next(row for row in source_list(db, ADMIN) if row.code == code)


def test_good_bad_and_repeated_rows_add_up(
    tmp_path: Path,
    db: Database,
    db_settings: Settings,
    clock: FixedClock,
    catalogue: Catalogue,
    capsys: Capture,
) -> None:
    good = lines_of(catalogue, 40)
    known = good[0].replace("files,", f"{catalogue.sources[0].code},", 1)
    bad = [
        good[0].replace("files,", "stranger,", 1),
        good[0].replace("2026-11-22T", "yesterday "),
        good[0].replace("p0", "q").replace(catalogue.streets[0].code, "000000000"),
        "only,three,cells",
        ",".join([*good[1].split(",")[:4], "much", *good[1].split(",")[5:]]),
        ",".join([*good[2].split(",")[:4], "nan", *good[2].split(",")[5:]]),
    ]
    empty = [",".join([*good[3].split(",")[:4], "", *good[3].split(",")[5:]]), ""]
    path = csv_file(tmp_path, [*good, *good[:10], *bad, *empty, known])
    load(db_settings, clock, path)
    assert account(capsys) == (57, 41, 10, 6, 58, 1)
    load(db_settings, clock, path)
    assert account(capsys) == (57, 0, 51, 6, 58, 1)
    assert source_row(db, catalogue.sources[0].code).accepted == 1
    mine = source_row(db, "files")
    assert (mine.accepted, mine.duplicates, mine.quarantined) == (40, 60, 12)
    query = select(quarantine.c.reason, quarantine.c.via, quarantine.c.payload)
    with db.read() as conn:
        kept = conn.execute(query.order_by(quarantine.c.id).limit(6)).all()
    reasons = ["unknown_source", "bad_time", "unknown_street", "not_finite"]
    assert sorted(row.reason for row in kept) == sorted([*reasons, "malformed", "wrong_type"])
    assert {row.via for row in kept} == {"file"}
    payload = json.loads(next(row.payload for row in kept if row.reason == "unknown_street"))
    assert payload["line"] == 54 and payload["row"]["street"] == "000000000"


def test_batches_stay_small(
    tmp_path: Path,
    db: Database,
    db_settings: Settings,
    clock: FixedClock,
    catalogue: Catalogue,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Capture,
) -> None:
    monkeypatch.setattr(parcels, "BATCH", 100)
    monkeypatch.setattr(parcels, "DAYS", 3)
    days = [
        line.replace("2026-11-22", f"2026-10-{day:02}")
        for day, line in enumerate(lines_of(catalogue, 20), start=1)
    ]
    path = csv_file(tmp_path, [*lines_of(catalogue, 250), *days])
    load(db_settings, clock, path)
    assert account(capsys)[:2] == (270, 270)
    with db.read() as conn:
        found = next_batches(conn, 0, 10**9)
        assert conn.scalar(select(func.max(batches.c.accepted))) == 100
        assert all(len(batch.days.split(",")) <= 3 for batch in found)
        assert sum(batch.accepted for batch in found) == 270


def _forms(folder: Path, lines: list[str]) -> dict[str, Path]:
    """The same rows as CSV, CSV.gz, JSON lines and a sheet."""
    plain = csv_file(folder, lines)
    zipped = folder / "some.csv.gz"
    zipped.write_bytes(gzip.compress(plain.read_bytes()))
    marked = folder / "marked.csv"
    marked.write_bytes(b"\xef\xbb\xbf" + plain.read_bytes().replace(b"\n", b"\r\n"))
    rows = [dict(zip(COLUMNS.split(","), line.split(","), strict=True)) for line in lines]
    objects = [{**row, "value": float(row["value"]), "weight": None} for row in rows]
    listed = folder / "some.jsonl"
    listed.write_text("\n\n".join(map(json.dumps, objects)))
    book, sheet = Workbook(), folder / "some.xlsx"
    assert book.active is not None
    book.active.append(COLUMNS.split(","))
    for row in objects:
        book.active.append(list(row.values()))
    book.save(sheet)
    return {"csv": plain, "gz": zipped, "bom": marked, "jsonl": listed, "xlsx": sheet}


@pytest.mark.parametrize("form", ["gz", "bom", "jsonl", "xlsx"])
def test_the_same_rows_in_every_format(
    tmp_path: Path,
    db_settings: Settings,
    clock: FixedClock,
    catalogue: Catalogue,
    form: str,
    capsys: Capture,
) -> None:
    forms = _forms(tmp_path, lines_of(catalogue, 30))
    load(db_settings, clock, forms["csv"])
    assert account(capsys)[:4] == (30, 30, 0, 0)
    load(db_settings, clock, forms[form])
    assert account(capsys)[:4] == (30, 0, 30, 0)


def test_a_file_for_a_source_that_the_demonstration_holds_is_refused(
    db: Database,
    db_settings: Settings,
    catalogue: Catalogue,
    clock: FixedClock,
    tmp_path: Path,
    capsys: Capture,
) -> None:
    """Measured values must not be marked as demonstration, nor mix with it."""
    claim_for_demo(db, catalogue, ["files"], clock.ms)
    load(db_settings, clock, csv_file(tmp_path, lines_of(catalogue, 3)), code=2)
    assert "held by the demonstration" in capsys.readouterr().err
    assert source_row(db, "files").last_received is None


def test_what_cannot_be_read(
    tmp_path: Path,
    db_settings: Settings,
    clock: FixedClock,
    catalogue: Catalogue,
    capsys: Capture,
) -> None:
    load(db_settings, clock, tmp_path / "none.csv", code=1)
    assert "none.csv: No such file" in capsys.readouterr().err
    (tmp_path / "empty.csv").write_text("")
    load(db_settings, clock, tmp_path / "empty.csv", code=1)
    assert "empty.csv:1: no header" in capsys.readouterr().err
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    load(db_settings, clock, tmp_path / "other.csv", code=1)
    assert "other.csv:1: no column 'observed_at'" in capsys.readouterr().err
    (tmp_path / "some.pdf").write_text("x")
    load(db_settings, clock, tmp_path / "some.pdf", code=1)
    assert "what format" in capsys.readouterr().err
    for name in ("some.xlsx", "some.csv.gz"):
        (tmp_path / name).write_bytes(b"this is neither")
        load(db_settings, clock, tmp_path / name, code=1)
        assert name in capsys.readouterr().err
    load(db_settings, clock, tmp_path / "none.csv", name="nothing", code=2)
    assert "no such mapping; known:" in capsys.readouterr().err


def test_what_stood_before_the_damage_is_kept(
    tmp_path: Path,
    db_settings: Settings,
    clock: FixedClock,
    catalogue: Catalogue,
    capsys: Capture,
) -> None:
    whole = gzip.compress(csv_file(tmp_path, lines_of(catalogue, 4000)).read_bytes())
    torn = tmp_path / "torn.csv.gz"
    torn.write_bytes(whole[: len(whole) * 2 // 3])
    load(db_settings, clock, torn, code=1)
    read, accepted, *_ = account(capsys)
    assert read == accepted > 100
    foreign = tmp_path / "gbk.csv"
    text = "\n".join([COLUMNS, *(line + "站" for line in lines_of(catalogue, 3))])
    foreign.write_bytes(text.encode("gbk"))
    load(db_settings, clock, foreign)
    assert account(capsys)[0] == 3  # the stations' names are spoilt, the readings are not


def test_a_stopped_load_goes_on_where_it_stood(
    tmp_path: Path, db: Database, db_settings: Settings, catalogue: Catalogue
) -> None:
    count = 150_000
    path = csv_file(tmp_path, lines_of(catalogue, count))
    env = {**os.environ, "YIPING_DATA": str(db_settings.data_dir)}
    if db_settings.database_url:
        env["DATABASE_URL"] = db_settings.database_url
    command = [sys.executable, str(ROOT / "app.py"), "ingest", str(path), "--as", "readings"]
    process = subprocess.Popen(
        command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    for part in iter(lambda: process.stderr.read(40), ""):  # type: ignore[union-attr]
        if re.search(r"[1-9]\d*%", part):
            process.send_signal(signal.SIGTERM)
            break
    out, err = process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGTERM, err
    assert "run it again" in err
    found = CLOSING.search(out)
    assert found and 0 < int(found[2]) < count
    again = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120)
    assert again.returncode == 0
    closing = CLOSING.search(again.stdout)
    assert closing and int(closing[3]) == int(found[2])
    assert int(found[2]) + int(closing[2]) == count == source_row(db, "files").accepted


def test_real_air_data_is_told_completely(
    db: Database,
    db_settings: Settings,
    clock: FixedClock,
    catalogue: Catalogue,
    tmp_path: Path,
    capsys: Capture,
) -> None:
    path = real_data("shanghai-air-weather/ShanghaiPM20130129_20151231_3stations.csv")
    cut = tmp_path / "week.csv"
    with path.open(encoding="utf-8") as whole:
        cut.write_text("".join(line for _, line in zip(range(169), whole, strict=False)))
    load(db_settings, clock, cut, "shanghai-air-2013")
    read, accepted, duplicates, quarantined, rows, missing = account(capsys)
    assert (rows, duplicates, quarantined) == (168, 0, 0)
    assert read == accepted == (168 * 5 - missing) * len(catalogue.counted)
    with db.read() as conn:
        street = [catalogue.counted[0].code]
        first = [row for row in stored_rows(conn, "ENV-02", street)][:3]
    # 2013-01-29 06:00 in Shanghai
    assert {(row[4], row[5], row[6]) for row in first} == {
        ("jingan", 1359410400000, 30.0),
        ("us-post", 1359410400000, 32.0),
        ("xuhui", 1359410400000, 33.0),
    }
    assert source_row(db, "shanghai-air-2013").kind == "live"
