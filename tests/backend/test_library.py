"""Checkpoints by name, kept open, described without being opened again."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from backend import library as library_module
from backend.errors import CheckpointNotFoundError, ConflictError, InvalidRequestError
from backend.library import CheckpointLibrary
from models.checkpoints import Checkpoint
from tests.backend.conftest import CHECKPOINT


@pytest.fixture
def folder(zoo: Path, tmp_path: Path) -> Path:
    """A folder with a copy of the checkpoint, to be changed."""
    shutil.copytree(zoo / CHECKPOINT, tmp_path / "mine" / CHECKPOINT)
    return tmp_path / "mine"


def test_an_opened_checkpoint_stays_open_until_its_files_change(folder: Path) -> None:
    library = CheckpointLibrary([folder])
    opened = library.open(CHECKPOINT)
    assert library.open(CHECKPOINT) is opened
    (folder / CHECKPOINT / "card.json").write_text('{"held_out_loss": 1.0}')
    assert library.open(CHECKPOINT) is not opened
    assert library.describe(CHECKPOINT)["held_out_loss"] == 1.0


def test_the_least_recently_used_is_closed_first(folder: Path) -> None:
    for name in ("a", "b"):
        shutil.copytree(folder / CHECKPOINT, folder / name)
    size = sum(tensor.nbytes for tensor in CheckpointLibrary([folder]).open("a").model.parameters())
    library = CheckpointLibrary([folder], cache_bytes=2 * size)
    a, b = library.open("a"), library.open("b")
    library.open("a")
    library.open(CHECKPOINT)
    assert library.open("a") is a
    assert library.open("b") is not b


def test_descriptions_outlive_the_process(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = CheckpointLibrary([folder], cache_dir=tmp_path / "cache").describe(CHECKPOINT)

    def opened(_: Path) -> Checkpoint:
        raise AssertionError("opened although its description is known")

    monkeypatch.setattr(library_module, "load_checkpoint", opened)
    assert CheckpointLibrary([folder], cache_dir=tmp_path / "cache").describe(CHECKPOINT) == first


def test_names_are_unique(zoo: Path, folder: Path) -> None:
    described, broken = CheckpointLibrary([zoo, folder]).describe_all()
    assert [each["name"] for each in described] == [CHECKPOINT]
    assert [each.path for each in broken] == [folder / CHECKPOINT]
    assert "rename" in broken[0].error


def test_a_damaged_checkpoint_is_listed_as_broken(folder: Path) -> None:
    (folder / CHECKPOINT / "weights.safetensors").write_bytes(b"damaged")
    library = CheckpointLibrary([folder])
    described, broken = library.describe_all()
    assert described == []
    assert [each.name for each in broken] == [CHECKPOINT]
    with pytest.raises(InvalidRequestError, match=CHECKPOINT):
        library.open(CHECKPOINT)


def test_an_unknown_name_names_the_known(folder: Path) -> None:
    with pytest.raises(CheckpointNotFoundError, match=CHECKPOINT):
        CheckpointLibrary([folder]).open("none")


def test_a_circuit_finds_its_checkpoint_under_another_name(
    folder: Path, checkpoint: Checkpoint
) -> None:
    assert checkpoint.node_means is not None
    (folder / CHECKPOINT).rename(folder / "renamed")
    library = CheckpointLibrary([folder])
    means = checkpoint.node_means.digest
    assert library.open_for(CHECKPOINT, checkpoint.digest, means).name == "renamed"
    with pytest.raises(ConflictError, match="node means"):
        library.open_for(CHECKPOINT, checkpoint.digest, "other means")
    with pytest.raises(CheckpointNotFoundError, match="not on this instance"):
        library.open_for(CHECKPOINT, "other digest", means)
