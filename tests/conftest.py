"""Fixtures that every test may use."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.settings import get_settings

REPOSITORY = Path(__file__).resolve().parent.parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests in a browser begin first: they are the longest, and files are dealt out whole."""
    items.sort(key=lambda item: "e2e" not in item.path.parts)


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty data folder that the application uses for the length of one test."""
    folder = tmp_path / "data"
    monkeypatch.setenv("CIRCUIT_EXPLORER_DATA_DIR", str(folder))
    monkeypatch.delenv("CIRCUIT_EXPLORER_DATABASE_URL", raising=False)
    get_settings.cache_clear()
    yield folder
    get_settings.cache_clear()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of foreign checkpoints and reference numbers beside the repository."""
    folder = REPOSITORY.parent / "shared"
    if not (folder / "compat").is_dir():
        pytest.skip(f"no reference fixtures: {folder / 'compat'} does not exist beside this clone")
    return folder
