"""A publication store that cannot be laid out is the public page's trouble, never the engine's."""

from data_access.public.queries import newest_version
from data_access.public.store import migrate_public, open_public
from data_access.settings import Settings
from data_access.store.db import Database
from domain.catalogue import Catalogue
from domain.clock import MINUTE_MS
from engine.publication import Publication

NOW = 1_795_000_000_000


def test_a_store_that_cannot_be_laid_out_is_tried_again_every_minute(
    db: Database, settings: Settings, catalogue: Catalogue
) -> None:
    tries: list[int] = []

    def prepare() -> None:
        tries.append(1)
        if len(tries) < 3:
            raise OSError("the disk is full")
        migrate_public(settings)

    public = open_public(settings, read_only=False)
    publication = Publication(db, public, catalogue, settle_ms=0, prepare=prepare)
    done = [publication.step(NOW + n * MINUTE_MS) for n in range(5)]
    assert done == [False, False, True, True, True]
    assert len(tries) == 3
    assert newest_version(public) is not None
    public.close()
