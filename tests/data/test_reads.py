"""What pages read, on both databases: a stretch of one sign."""

import pytest

from data_access.series import rollups
from data_access.store.db import Database
from domain.clock import MINUTE_MS

NOW = 1_795_399_200_000


@pytest.mark.parametrize("tier", ["minute", "hour", "day"])
def test_series_is_half_open_and_oldest_first(db: Database, tier: str) -> None:
    def row(place: str, sign: str, n: int) -> rollups.BucketRow:
        return (place, sign, NOW + n * MINUTE_MS, float(n), 1.0, 1, 2.0, 3.0, 4.0, n == 1)

    mine = [row("a", "X-1", n) for n in (3, 1, 0, 2)]
    others = [row("b", "X-1", 1), row("a", "X-2", 1)]
    with db.write() as conn:
        rest = (None,) if tier == "minute" else (1.0, 0.0, 0.0, 0.0)
        db.upsert(conn, rollups.TIERS[tier], [(*r, *rest) for r in (*mine, *others)])
    found = rollups.series(db, "a", "X-1", tier, NOW, NOW + 3 * MINUTE_MS)
    assert found == [row("a", "X-1", n) for n in (0, 1, 2)]
    assert [row[-1] for row in found] == [False, True, False]
    assert {type(value) for row in found for value in row} == {str, int, float, bool}


def test_series_of_no_such_tier(db: Database) -> None:
    with pytest.raises(KeyError):
        rollups.series(db, "a", "X-1", "week", 0, NOW)
