"""What lies in the data directory is nobody else's business: 0700, and 0600 for every file."""

import logging
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import make_url

from data_access.settings import Settings
from data_access.store.store_file import PARTS

log = logging.getLogger(__name__)

OTHERS = 0o077


def keep_private(settings: Settings) -> None:
    """Take away what others may do with our files, and say so once; new ones follow the umask.

    A folder that is shared on purpose (with the sticky bit, as /tmp) and what is not ours stay as
    they are; so does a publication store that was put elsewhere.
    """
    folder = settings.data_dir
    opened = [path for path in (folder, *_files(settings)) if _close(path)]
    if opened:
        names = ", ".join(path.name for path in opened[:5]) + (" …" if len(opened) > 5 else "")
        log.warning("%s was open to others and is no longer: %s", folder, names)


def _files(settings: Settings) -> Iterator[Path]:
    if settings.data_dir.is_dir():
        yield from sorted(settings.data_dir.iterdir())
    url = make_url(settings.db_url)
    if url.get_backend_name() == "sqlite" and url.database:
        yield from (Path(url.database + part) for part in PARTS)


def _close(path: Path) -> bool:
    """Whether the path was open to others and could be closed."""
    try:
        found = path.lstat()
        private = stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)
        if not private or found.st_uid != os.geteuid() or found.st_mode & stat.S_ISVTX:
            return False
        if not found.st_mode & OTHERS:
            return False
        path.chmod(stat.S_IMODE(found.st_mode) & ~OTHERS)
    except OSError:
        return False
    return True
