"""The Hugging Face hub, without a network: its cache laid out as its client lays it out."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from backend.errors import InvalidRequestError
from backend.settings import Settings
from backend.sources import add_checkpoint
from backend.sources.hub import HubSource
from models.checkpoints import Checkpoint, load_checkpoint
from tests.backend.conftest import CHECKPOINT
from tests.backend.sources.conftest import left_behind

COMMIT = "0123456789abcdef0123456789abcdef01234567"
REPO = "someone/tiny-sparse"


@pytest.fixture(autouse=True)
def cached(zoo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The cache after a download, of a client that is offline now."""
    import huggingface_hub.constants as constants

    cache = tmp_path / "hub"
    home = cache / f"models--{REPO.replace('/', '--')}"
    snapshot, blobs = home / "snapshots" / COMMIT, home / "blobs"
    for folder in (home / "refs", snapshot, blobs):
        folder.mkdir(parents=True)
    (home / "refs" / "main").write_text(COMMIT)
    (home / "refs" / "v1.0").write_text(COMMIT)
    for number, file in enumerate(sorted((zoo / CHECKPOINT).iterdir())):
        blob = blobs / f"{number:040x}"
        blob.write_bytes(file.read_bytes())
        (snapshot / file.name).symlink_to(Path("..", "..", "blobs", blob.name))
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(cache))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    return snapshot


@pytest.mark.parametrize("revision", ["", "@v1.0", f"@{COMMIT}"])
def test_a_repository_in_the_cache(
    settings: Settings, checkpoint: Checkpoint, cached: Path, revision: str
) -> None:
    added = add_checkpoint(settings, f"hf:{REPO}{revision}")
    assert added.name == "tiny-sparse"
    assert load_checkpoint(added.path).digest == checkpoint.digest
    assert not any(path.is_symlink() for path in added.path.rglob("*"))
    assert all(path.is_symlink() for path in cached.iterdir())


def test_a_checkpoint_in_a_folder_of_a_repository(
    settings: Settings, checkpoint: Checkpoint, cached: Path
) -> None:
    (cached / "sparse").mkdir()
    for file in [path for path in cached.iterdir() if path.is_symlink()]:
        (cached / "sparse" / file.name).symlink_to(file.resolve())
        file.unlink()
    assert add_checkpoint(settings, f"hf:{REPO}").name == "sparse"


@pytest.mark.parametrize("source", [f"hf:{REPO}@v2.0", "hf:someone/else"])
def test_what_is_not_in_the_cache(settings: Settings, source: str) -> None:
    with pytest.raises(InvalidRequestError, match="someone") as caught:
        add_checkpoint(settings, source)
    assert "HF_HUB_OFFLINE" in caught.value.remedy
    assert left_behind(settings) == []


def test_without_the_client(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(InvalidRequestError, match="not installed") as caught:
        add_checkpoint(settings, f"hf:{REPO}")
    assert "pip install 'circuit-explorer[hub]'" in caught.value.remedy


@pytest.mark.parametrize("source", ["hf:", "hf:alone", "hf:a/b/c", "hf:a/b@", "hf:a/b@ c"])
def test_what_names_no_repository(source: str) -> None:
    with pytest.raises(InvalidRequestError, match="names no repository"):
        HubSource.parse(source)
