"""The demonstration's longer past: what lies too far back for HTTP comes as a file's rows do.

The same validation, store and counts as `python app.py ingest`; only the file is left out.
"""

import logging
from collections.abc import Callable, Sequence

from data_access.intake.door import Busy, accept_all
from data_access.intake.kinds.reading import READING
from data_access.intake.sources import source_codes
from data_access.store.db import Database
from domain.catalogue import Catalogue
from domain.clock import Clock, to_ms
from domain.facts.fact import Parcel
from domain.facts.reading import Reading
from engine.demo.city import SimReading

log = logging.getLogger("yiping.demo")

PATIENCE_S = 1.0


class Archive:
    """Takes in readings of any age."""

    def __init__(
        self, db: Database, catalogue: Catalogue, clock: Clock, pause: Callable[[float], object]
    ) -> None:
        self._db = db
        self._catalogue = catalogue
        self._clock = clock
        self._pause = pause

    def send(self, rows: Sequence[SimReading]) -> None:
        """Take in readings of registered sources, as one commit; waits while the store is busy."""
        known = source_codes(self._db)
        by_source: dict[str, list[Reading]] = {}
        for row in rows:
            if row["source"] in known:
                by_source.setdefault(row["source"], []).append(Reading(**row))
        parcels = {source: Parcel(own, range(len(own))) for source, own in by_source.items()}
        while True:
            try:
                accept_all(
                    READING, self._db, self._catalogue, parcels, to_ms(self._clock()), "file"
                )
            except Busy:
                self._pause(PATIENCE_S)
            else:
                return
