"""Node means kept for checkpoints that bring none."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from backend.errors import ConflictError
from backend.kept_means import KeptMeans
from backend.library import CheckpointLibrary
from models.checkpoints import Checkpoint
from models.means import NodeMeans
from tests.backend.conftest import CHECKPOINT


@pytest.fixture
def folder(zoo: Path, tmp_path: Path) -> Path:
    """A folder with the checkpoint, less its node means, twice."""
    for name in ("bare", "copy"):
        shutil.copytree(zoo / CHECKPOINT, tmp_path / "mine" / name)
        (tmp_path / "mine" / name / "node_means.safetensors").unlink()
    return tmp_path / "mine"


@pytest.fixture
def means(checkpoint: Checkpoint) -> NodeMeans:
    assert checkpoint.node_means is not None
    return checkpoint.node_means


def test_kept_means_belong_to_the_digest(folder: Path, tmp_path: Path, means: NodeMeans) -> None:
    files = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    library = CheckpointLibrary([folder], cache_dir=tmp_path / "c", means_dir=tmp_path / "means")
    bare = library.open("bare")
    assert bare.node_means is None
    assert not library.describe("copy")["has_node_means"]
    library.keep_means(bare, means)
    for name in ("bare", "copy"):
        opened = library.open(name)
        assert opened.node_means is not None
        assert opened.node_means.digest == means.digest
        assert library.open(name) is opened
        described = library.describe(name)
        assert described["has_node_means"]
        assert described["node_means"] == means.source()
    assert library.open_for("bare", bare.digest, means.digest).name == "bare"
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == files
    elsewhere = CheckpointLibrary([folder], cache_dir=tmp_path / "c")
    assert not elsewhere.describe("bare")["has_node_means"]


def test_other_means_are_seen_by_a_library_that_is_open(
    folder: Path, tmp_path: Path, means: NodeMeans
) -> None:
    ours, theirs = (CheckpointLibrary([folder], means_dir=tmp_path / "means") for _ in range(2))
    ours.keep_means(ours.open("bare"), means)
    assert theirs.open("bare").node_means is not None
    other = replace(means, tokens=7)
    ours.keep_means(ours.open("bare"), other)
    assert theirs.describe("bare")["node_means"]["tokens"] == 7
    with pytest.raises(ConflictError, match="other node means"):
        theirs.open_for("bare", ours.open("bare").digest, means.digest)


def test_means_of_its_own_stay(zoo: Path, tmp_path: Path, means: NodeMeans) -> None:
    library = CheckpointLibrary([zoo], means_dir=tmp_path / "means")
    with pytest.raises(ConflictError, match="own folder"):
        library.keep_means(library.open(CHECKPOINT), means)


def test_a_damaged_file_counts_as_none(
    checkpoint: Checkpoint, means: NodeMeans, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    kept = KeptMeans(tmp_path)
    file = kept.keep(checkpoint.digest, means)
    assert kept.find(checkpoint.digest, checkpoint.config) is not None
    file.write_bytes(file.read_bytes()[:50])
    assert kept.find(checkpoint.digest, checkpoint.config) is None
    assert str(file) in caplog.text
    assert kept.find("another", checkpoint.config) is None
