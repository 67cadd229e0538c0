"""The database: SQLite (WAL) or PostgreSQL behind one small class.

A write transaction takes its lock at once (BEGIN IMMEDIATE), so two writers queue up instead of
failing half-way. Hot paths go to the driver as tuples.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, Engine, Table, create_engine, event, make_url
from sqlalchemy.exc import DisconnectionError, OperationalError
from sqlalchemy.types import BigInteger, Boolean, Float, Integer, LargeBinary, TypeEngine

from data_access.settings import ROOT, Settings
from data_access.store.store_file import StoreFile, StoreMoved, store_file

BUSY_S = 15
_PG_OPTIONS = (
    "-c statement_timeout=30000 -c lock_timeout=10000"
    " -c idle_in_transaction_session_timeout=60000 -c timezone=UTC"
)


class Database:
    """One process's way to the store; safe for threads and greenlets."""

    def __init__(self, engine: Engine, file: StoreFile | None = None) -> None:
        self.engine = engine
        self.dialect = engine.dialect.name
        self._file = file

    @property
    def name(self) -> str:
        """What a person calls this store: its file, or its server's kind."""
        return self._file.name if self._file else "PostgreSQL"

    def confirm(self) -> None:
        """After a commit: OperationalError when it went into a file that is no longer the store."""
        if self._file is not None:
            _still_there(self._file)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for reading; whatever it changed is rolled back."""
        with self.engine.connect() as conn:
            yield conn

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A connection inside a write transaction: committed on success, else rolled back."""
        with self.engine.connect().execution_options(yiping_write=True) as conn, conn.begin():
            yield conn
        self.confirm()

    def upsert(
        self,
        conn: Connection,
        table: Table,
        rows: Sequence[tuple[Any, ...]],
        newer: str | None = None,
    ) -> None:
        """Insert rows (columns in table order), replacing those with the same primary key.

        Columns that are left out at the end keep what they have, or their default.
        With `newer`, only where that column is not smaller than what is there.
        """
        if not rows:
            return
        cursor = driver_cursor(conn)
        columns = list(table.columns)[: len(rows[0])]
        try:
            if self.dialect == "sqlite":
                marks = ",".join("?" * len(columns))
                cursor.executemany(_upsert(table, columns, f"VALUES ({marks})", newer), rows)
            else:
                arrays = ",".join(f"%s::{_pg_type(c.type)}[]" for c in columns)
                source = f"SELECT * FROM unnest({arrays})"  # noqa: S608
                statement = _upsert(table, columns, source, newer)
                cursor.execute(statement, [list(column) for column in zip(*rows, strict=True)])
        finally:
            cursor.close()

    def close(self) -> None:
        """Give every pooled connection back to the operating system."""
        self.engine.dispose()


def driver_cursor(conn: Connection) -> Any:
    """A cursor of the driver below `conn`, inside the same transaction."""
    if not conn.in_transaction():
        conn.begin()
    # psycopg and sqlite3 both speak DB-API here; SQLAlchemy's execution layer is what we skip
    return conn.connection.cursor()


def fetch_all(db: Database, statement: str, values: Sequence[Any]) -> list[Any]:
    """The rows of one statement given straight to the driver, read in one go."""
    with db.read() as conn:
        cursor = driver_cursor(conn)
        cursor.execute(statement, list(values))
        found: list[Any] = cursor.fetchall()
        cursor.close()
    return found


def placeholder(dialect: str) -> str:
    """How a statement given straight to the driver marks a value: ? on SQLite, else %s."""
    return "?" if dialect == "sqlite" else "%s"


def _pg_type(kind: TypeEngine[Any]) -> str:
    if isinstance(kind, BigInteger):
        return "bigint"
    if isinstance(kind, Integer):
        return "integer"
    if isinstance(kind, Float):
        return "double precision"
    if isinstance(kind, Boolean):
        return "boolean"
    if isinstance(kind, LargeBinary):
        return "bytea"
    return "text"


def _upsert(table: Table, columns: list[Column[Any]], source: str, newer: str | None) -> str:
    names = [c.name for c in columns]
    keys = [c.name for c in table.primary_key.columns]
    quoted = ",".join(f'"{n}"' for n in names)
    sets = ",".join(f'"{n}"=excluded."{n}"' for n in names if n not in keys)
    only = f' WHERE excluded."{newer}" >= "{table.name}"."{newer}"' if newer else ""
    return (
        f'INSERT INTO "{table.name}" ({quoted}) {source}'
        f" ON CONFLICT ({','.join(keys)}) DO UPDATE SET {sets}{only}"
    )


def open_database(settings: Settings, *, durable: bool = True) -> Database:
    """Open the store that the settings name.

    `durable=False` lets SQLite skip the disk flush at commit: for the engine alone, whose tables
    can be computed again from what intake has flushed.
    """
    return open_store(settings.db_url, settings.data_dir, durable=durable)


def open_store(
    url: str,
    data_dir: Path,
    *,
    durable: bool = True,
    read_only: bool = False,
    search_path: str | None = None,
) -> Database:
    """Open the store at `url`; `search_path` is the schema that is meant on PostgreSQL."""
    if url.startswith("sqlite"):
        data_dir.mkdir(parents=True, exist_ok=True)
        engine = create_engine(url, connect_args={"timeout": BUSY_S, "check_same_thread": False})
        file = store_file(os.path.abspath(str(engine.url.database)))
        _watch_file(engine, file)
        _sqlite_events(engine, file, "FULL" if durable else "NORMAL", read_only=read_only)
        return Database(engine, file)
    options = _PG_OPTIONS + (f" -c search_path={search_path}" if search_path else "")
    options += " -c default_transaction_read_only=on" if read_only else ""
    engine = create_engine(
        url,
        pool_pre_ping=True,
        pool_timeout=5,
        connect_args={"options": options, "connect_timeout": 5},
    )
    return Database(engine)


def _watch_file(engine: Engine, file: StoreFile) -> None:
    """Let the file know of every connection of the pool."""

    @event.listens_for(engine, "do_connect")
    def _open(_dialect: Any, _record: Any, args: Any, parameters: Any) -> Any:
        return file.open(*args, **parameters)

    @event.listens_for(engine, "checkout")
    def _take(connection: Any, _record: Any, _proxy: Any) -> None:
        if not file.take(connection):
            raise DisconnectionError("closed, because the file under it has changed")

    @event.listens_for(engine, "checkin")
    def _give_back(connection: Any, record: Any) -> None:
        if connection is not None and not file.give_back(connection):
            record.invalidate()

    @event.listens_for(engine, "close")
    def _closed(connection: Any, _record: Any) -> None:
        file.closed(connection)


def _still_there(file: StoreFile, raw: Any = None) -> None:
    try:
        file.check(raw)
    except StoreMoved as moved:
        raise OperationalError("the store's file", None, moved) from None


def _sqlite_events(
    engine: Engine, file: StoreFile, synchronous: str, *, read_only: bool = False
) -> None:
    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions are ours to begin
        for pragma in (
            "journal_mode=WAL",
            f"synchronous={synchronous}",
            f"busy_timeout={BUSY_S * 1000}",
            "temp_store=MEMORY",
            "cache_size=-16384",  # KiB, for each connection: what the map does not cover
            f"mmap_size={1 << 30}",
            "foreign_keys=ON",
        ):
            connection.execute(f"PRAGMA {pragma}")
        if read_only:
            connection.execute("PRAGMA query_only=ON")
        file.opened(connection)

    @event.listens_for(engine, "begin")
    def _begin(conn: Connection) -> None:
        _still_there(file, conn.connection.dbapi_connection)
        write = conn.get_execution_options().get("yiping_write", False)
        conn.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def migrate(settings: Settings) -> None:
    """Bring the store to the newest schema; harmless when it is there already."""
    from alembic import command  # only this command needs alembic

    command.upgrade(alembic_config(settings), "head")


def migrate_present(settings: Settings) -> None:
    """`migrate` for a store that was put in the place of another; one that is gone stays gone."""
    url = make_url(settings.db_url)
    if url.get_backend_name() != "sqlite" or os.path.exists(str(url.database)):
        migrate(settings)


def alembic_config(settings: Settings) -> Any:
    """Alembic's configuration, made in code so that no second file holds the URL."""
    from alembic.config import Config

    if settings.db_url.startswith("sqlite"):
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    config = Config()
    config.set_main_option("script_location", str(ROOT / "data_access" / "migrations"))
    config.attributes["url"] = settings.db_url
    return config
