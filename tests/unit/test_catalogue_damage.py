"""Whatever happens to a catalogue's files, it loads or is refused: nothing else."""

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_access.catalogue.loader import FOLDER
from tests.unit.broken_city import copy_city, faults_of, read_table, write_table

TABLES = sorted(p.name for p in (FOLDER / "pingshan").glob("*.csv"))
FILES = [*TABLES, "city.toml", "map.geojson", "publication.toml"]
CELLS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [
            "",
            ";",
            "=",
            "nan",
            "-0",
            "1e99",
            "9" * 15,
            "9" * 400,
            "0001-01-01",
            "na",
            "\x00",
            "\ud7ff",
        ]
    ),
    st.integers().map(str),
    st.floats().map(str),
)
quick = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@quick
@given(st.sampled_from(TABLES), st.integers(0, 999), st.integers(0, 99), CELLS)
def test_any_cell_replaced(file: str, row: int, column: int, value: str) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = copy_city("pingshan", Path(place))
        table = read_table(folder / file)
        cells = table[row % len(table)]
        cells[column % len(cells)] = value
        write_table(folder / file, table)
        for fault in faults_of(folder):
            assert fault.line >= 1
            assert fault.reason


@quick
@given(st.sampled_from(FILES), st.floats(0, 1), st.binary(min_size=1, max_size=12), st.booleans())
def test_any_bytes_put_in(file: str, where: float, put: bytes, cut: bool) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = copy_city("pingshan", Path(place))
        raw = (folder / file).read_bytes()
        at = int(where * len(raw))
        (folder / file).write_bytes(raw[:at] + put + (b"" if cut else raw[at:]))
        for fault in faults_of(folder):
            lines = (folder / fault.file).read_bytes().count(b"\n") + 1
            assert 1 <= fault.line <= lines
