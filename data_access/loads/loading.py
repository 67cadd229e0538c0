"""The two ways of taking in a file: readings row by row, or rows counted to the end."""

from collections.abc import Iterator, Sequence
from typing import Any

from tqdm import tqdm

from data_access.intake.kind import Kind
from data_access.loads.load_report import Aside, report
from data_access.loads.parcels import Feeder
from data_access.mappings.counting import Counting
from data_access.mappings.mapping_columns import ColumnMapper
from data_access.mappings.mapping_facts import FactMapper
from data_access.mappings.mapping_rows import RowMapper
from data_access.mappings.mapping_spec import Mapping
from data_access.mappings.tabular import FileRow, Table


def mapper_of(
    mapping: Mapping, kind: Kind[Any], source: str | None = None
) -> RowMapper | FactMapper:
    """What makes facts of the rows of a file; `source` speaks for every row if it is given."""
    if mapping.fields:
        return FactMapper(mapping, kind, source)
    return RowMapper(mapping, source)


class Loading:
    """Rows that become facts one by one."""

    def __init__(
        self, table: Table, columns: ColumnMapper, mapper: RowMapper | FactMapper, feeder: Feeder
    ) -> None:
        self._table, self._columns, self._mapper, self._feeder = table, columns, mapper, feeder

    def read(self) -> None:
        """Take in every row. FileFault, Busy, Stopped."""
        for lines in _shown(self._table):
            self._feeder.heed()
            readings = self._columns(lines)
            if readings is not None:
                self._feeder.add_plain(lines, readings)
            else:
                for line in lines:
                    self._feeder.add(line, *self._mapper(line))

    def finish(self) -> None:
        """Commit what is held: what was read before a file broke is as good as the rest."""
        self._feeder.flush()

    def report(self) -> None:
        """Say what became of everything."""
        mapper = self._mapper
        aside = Aside(mapper.left_out.reasons, unplaced=mapper.unplaced.reasons)
        report(self._feeder.tally, mapper.missing, aside)


class CountLoading:
    """Rows that are counted; the counts are stored when all of the file was read."""

    def __init__(self, table: Table, counting: Counting, feeder: Feeder) -> None:
        self._table, self._counting, self._feeder = table, counting, feeder
        self._whole = False

    def read(self) -> None:
        """Take in every row, then store the counts. FileFault, Busy, Stopped."""
        last = 0
        for lines in _shown(self._table):
            self._feeder.heed()
            for line in lines:
                self._feeder.add(line, [], self._counting(line))
                last = line.number
        self._feeder.flush()
        counts = list(self._counting.readings())
        self._whole = True
        for stands_on, reading in counts:
            self._feeder.give(FileRow(last, None, stands_on), [reading])

    def finish(self) -> None:
        """Commit what is held, refused rows as well as counts. Busy, Stopped."""
        self._feeder.flush()

    def report(self) -> None:
        """Say what became of every row and of every count."""
        if not self._whole:
            print("  no count was stored: the file was not read to its end")
        counting = self._counting
        aside = Aside(
            counting.left_out.reasons, counting.in_part.reasons, counting.unplaced.reasons
        )
        report(self._feeder.tally, counting.missing, aside, counting.rows)


def _shown(table: Table) -> Iterator[Sequence[FileRow]]:
    """The stretches of a table, with a bar that tells how far it has come."""
    with tqdm(total=table.size, unit="B", unit_scale=True, desc=table.path.name) as bar:
        try:
            for lines in table.stretches():
                yield lines
                bar.update(table.position - bar.n)
        finally:
            bar.update(table.position - bar.n)
