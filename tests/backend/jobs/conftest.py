"""An empty store, and jobs run in the test's own process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.store import Store, open_store
from tests.backend.sources.conftest import mirror

__all__ = ["mirror"]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store in a file, where worker processes find it too."""
    opened = open_store(f"sqlite:///{tmp_path / 'circuits.sqlite3'}")
    yield opened
    opened.close()
