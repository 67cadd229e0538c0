"""A process of its own that asks one cached query: `python -m tests.data.cache_worker DIR URL N`.

Each execution of the query appends one line to DIR/executions; the answer is printed.
"""

import os
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from data_access.caching.cache import attach, cached_query
from data_access.caching.redis_client import open_redis
from data_access.settings import Settings
from data_access.store.db import Database, open_database


@dataclass(frozen=True, slots=True)
class Row:
    """What the query answers."""

    place: str
    value: float | None


@cached_query(ttl=60, stale_ttl=60)
def slow_rows(db: Database, folder: str, seconds: float) -> tuple[Row, ...]:
    """Takes `seconds`, leaves a line in `folder`, answers two rows."""
    line = os.open(Path(folder) / "executions", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(line, b"x")
    os.close(line)
    time.sleep(seconds)
    return (Row("310115005", 1.5), Row("310115007", None))


def main(folder: str, redis_url: str, threads: int) -> None:
    """Ask from `threads` threads at once and print the distinct answers."""
    settings = Settings(data_dir=Path(folder), redis_url=redis_url)
    db = open_database(settings)
    attach(db, open_redis(settings), settings, "v1")
    answers: set[tuple[Row, ...]] = set()
    gate = threading.Barrier(threads)

    def ask() -> None:
        gate.wait()
        answers.add(slow_rows(db, folder, 0.5))

    crowd = [threading.Thread(target=ask) for _ in range(threads)]
    for thread in crowd:
        thread.start()
    for thread in crowd:
        thread.join()
    print(answers)
    db.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
