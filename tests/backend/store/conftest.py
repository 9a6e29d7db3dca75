"""Stores to test: SQLite always, PostgreSQL too where a server for tests is named.

    CIRCUIT_EXPLORER_TEST_POSTGRES=postgresql+psycopg://user@127.0.0.1/postgres make test-python

Each test makes and drops a database of its own there.
"""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from backend.store import Store, open_store

POSTGRES = os.environ.get("CIRCUIT_EXPLORER_TEST_POSTGRES")


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A SQLite database that does not exist yet."""
    return f"sqlite:///{tmp_path / 'data' / 'circuits.sqlite3'}"


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """An empty PostgreSQL database."""
    assert POSTGRES is not None
    name = f"test_{secrets.token_hex(8)}"
    admin = create_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield make_url(POSTGRES).set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture(params=["url", "postgres_url"] if POSTGRES else ["url"])
def any_url(request: pytest.FixtureRequest) -> str:
    """A database of each kind."""
    return str(request.getfixturevalue(request.param))


@pytest.fixture
def store(any_url: str) -> Iterator[Store]:
    """An open, empty store on a database of each kind."""
    opened = open_store(any_url)
    yield opened
    opened.close()
