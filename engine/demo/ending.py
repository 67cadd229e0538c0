"""The end of a demonstration: nothing invented may stay in the store."""

from data_access.demo.demo_removal import remove_demo
from data_access.public.releases import forget_everything
from data_access.public.store import open_public
from data_access.settings import Settings
from data_access.store.db import Database
from engine.demo.bootstrap import FILE, read_keys
from engine.demo.process import STATE_FILE
from engine.demo.real import replay_sources


def end_demo(settings: Settings, db: Database) -> None:
    """Take back what was simulated: for DEMO=0, and where a city has nothing to simulate."""
    fed = {*read_keys(settings.data_dir / FILE), *replay_sources(settings)}
    removed = remove_demo(db, fed)
    (settings.data_dir / STATE_FILE).unlink(missing_ok=True)
    if removed:
        public = open_public(settings, read_only=False)
        forget_everything(public)
        public.close()
        why = "nothing to simulate" if settings.demo else "DEMO=0"
        print(f"{why}: what {len(removed)} demonstration sources had said is removed")
