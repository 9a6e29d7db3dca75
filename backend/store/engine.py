"""The database: opened, brought up to date, asked and written.

    store = open_store("sqlite:////data/circuits.sqlite3")
    with store.read() as session: ...     # a consistent view, never waits for writers (WAL)
    with store.write() as session: ...    # committed on leaving, rolled back on an error

SQLite runs in write-ahead mode: readers and one writer at a time do not disturb each other, from
however many processes. Python's driver would begin a transaction late and let a read-then-write
fail on a lock that waiting cannot cure; so transactions are begun here, writing ones with BEGIN
IMMEDIATE, which waits its turn (https://www.sqlite.org/lang_transaction.html). With
synchronous=NORMAL a committed transaction survives the death of the process (kill -9) but the last
ones may be lost when the machine loses power; we choose FULL, since writes are few and dear.

Any other SQLAlchemy URL works as well; PostgreSQL through psycopg is the one tested.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError
from sqlalchemy.orm import Session

from backend.errors import SettingsError, StoreError

BUSY_SECONDS = 30
"""How long a writer waits for its turn."""

_MIGRATION_LOCK = 7_301_846  # any number, the same in every process


@dataclass(frozen=True)
class Store:
    """An open database. Safe to share between threads; every process opens its own."""

    engine: Engine

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that sees one consistent state and is rolled back at the end."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session in a writing transaction: committed at the end, rolled back on an error."""
        with Session(_writing(self.engine), expire_on_commit=False) as session, session.begin():
            yield session

    def close(self) -> None:
        """Gives all connections back."""
        self.engine.dispose()


def open_store(url: str) -> Store:
    """Opens the database at the URL, makes its folder if needed, and brings its tables up to date.

    Raises:
        SettingsError: the URL is no database URL, or its driver is not installed.
        StoreError: the database cannot be opened, or a newer version of this program made it.
    """
    engine = make_engine(url)
    try:
        upgrade(engine)
    except DatabaseError as error:
        engine.dispose()
        raise StoreError(f"The database {engine.url!r} cannot be opened: {error.orig}.") from error
    except BaseException:
        engine.dispose()
        raise
    return Store(engine)


def make_engine(url: str) -> Engine:
    """An engine with our transactions and, for SQLite, our pragmas. Tables are not touched."""
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() != "sqlite":
            return create_engine(parsed, pool_pre_ping=True)
        if parsed.database and parsed.database != ":memory:":
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(parsed, connect_args={"timeout": BUSY_SECONDS})
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise SettingsError(
            f"The database URL {url.partition('@')[2] or url!r} cannot be used: {error}.",
            remedy="Set CIRCUIT_EXPLORER_DATABASE_URL to sqlite:////absolute/path.sqlite3, or to "
            "postgresql+psycopg://... with circuit-explorer[postgres] installed.",
        ) from error
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def upgrade(engine: Engine) -> None:
    """Brings the tables to this version's state; nothing happens if they are.

    All migrations run in one transaction under a lock: processes that start together wait for the
    first, and a process that dies leaves the tables as they were.
    """
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with _writing(engine).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})"))
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise StoreError(
                f"The database {engine.url!r} has tables of another version: {error}.",
                remedy="Install the version of Circuit Explorer that wrote it, or a newer one.",
            ) from error


def _writing(engine: Engine) -> Engine:
    """The same engine, its SQLite transactions taking the write lock at once."""
    return engine.execution_options(sqlite_begin="IMMEDIATE")


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # BEGIN is ours: see _begin_sqlite
    cursor = connection.cursor()
    # First, so that switching the journal's mode waits as well.
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {mode}")
