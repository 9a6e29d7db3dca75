"""Checkpoints brought in: whole and under their names, or not at all."""

from __future__ import annotations

import os
import shutil
import signal
import zipfile
from pathlib import Path

import pytest

from backend.errors import ConflictError, InvalidRequestError, StoreError
from backend.library import CheckpointLibrary
from backend.settings import Settings
from backend.sources import add_checkpoint, arrival, sweep
from backend.sources.staging import staging
from models.checkpoints import Checkpoint, load_checkpoint
from models.corpus import generated_documents
from models.tokenizer import Tokenizer
from tests.backend.conftest import CHECKPOINT
from tests.backend.sources.conftest import NAME, left_behind


def packed(folder: Path, archive: Path, kind: str = "zip") -> Path:
    return Path(shutil.make_archive(str(archive), kind, folder))


def refusal(settings: Settings, source: object, name: str | None = None) -> str:
    """Why a source is refused; nothing of it is kept."""
    before = left_behind(settings)
    with pytest.raises(InvalidRequestError) as caught:
        add_checkpoint(settings, str(source), name)
    assert left_behind(settings) == before
    assert caught.value.remedy
    return caught.value.detail


@pytest.mark.parametrize("kind", ["zip", "tar", "gztar"])
def test_an_archive_of_a_checkpoint(
    settings: Settings, zoo: Path, tmp_path: Path, checkpoint: Checkpoint, kind: str
) -> None:
    added = add_checkpoint(settings, str(packed(zoo / CHECKPOINT, tmp_path / "my own (2)", kind)))
    assert added.name == "my-own-2"
    assert added.path == settings.own_checkpoints / "my-own-2"
    opened = CheckpointLibrary.from_settings(settings).open("my-own-2")
    assert opened.digest == checkpoint.digest
    assert opened.tokenizer is not None
    assert opened.node_means is not None


def test_a_folder_within_an_archive_gives_the_name(
    settings: Settings, zoo: Path, tmp_path: Path
) -> None:
    assert add_checkpoint(settings, str(packed(zoo, tmp_path / "it"))).name == CHECKPOINT


@pytest.mark.parametrize("source", ["folder", "archive"])
def test_a_mirror_of_openai_brings_its_tokenizer(
    settings: Settings, mirror: Path, tmp_path: Path, tokenizer: Tokenizer, source: str
) -> None:
    whole = packed(mirror, tmp_path / "it")
    added = add_checkpoint(
        settings, str(whole if source == "archive" else mirror / "models" / NAME)
    )
    assert added.name == NAME
    opened = load_checkpoint(added.path)
    assert opened.tokenizer is not None
    text = 'print("it")\nx = 1\n'
    assert opened.tokenizer.encode(text) == tokenizer.encode(text)
    assert opened.tokenizer.end_of_text == tokenizer.end_of_text
    assert opened.node_means is None


def test_a_folder_is_copied_and_left_as_it_is(
    settings: Settings, zoo: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(zoo / CHECKPOINT, tmp_path / CHECKPOINT)
    (folder / "work").mkdir()
    (folder / "work" / "state.bin").write_bytes(b"of no use here")
    before = sorted(folder.rglob("*"))
    added = add_checkpoint(settings, str(folder), "other")
    assert sorted(folder.rglob("*")) == before
    assert {path.name for path in added.path.rglob("*")} == {
        path.name for path in folder.iterdir() if path.is_file()
    }


def test_a_taken_name_is_refused(settings: Settings, zoo: Path) -> None:
    add_checkpoint(settings, str(zoo / CHECKPOINT))
    kept = left_behind(settings)
    for name in (None, CHECKPOINT, "python-2l-256"):
        with pytest.raises(ConflictError, match="already") as caught:
            add_checkpoint(settings, str(zoo / CHECKPOINT), name)
        assert "--name" in caught.value.remedy
    assert left_behind(settings) == kept
    assert add_checkpoint(settings, str(zoo / CHECKPOINT), "another").name == "another"


@pytest.mark.parametrize("name", ["../up", "", ".hidden", "a b", "a/b", "x.json", "n" * 81])
def test_a_name_that_is_none(settings: Settings, zoo: Path, name: str) -> None:
    assert repr(name) in refusal(settings, zoo / CHECKPOINT, name)


def test_an_archive_without_a_checkpoint(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "content" / "notes").mkdir(parents=True)
    (tmp_path / "content" / "notes" / "config.json").write_text("{}")
    detail = refusal(settings, packed(tmp_path / "content", tmp_path / "it"))
    assert "notes/config.json" in detail
    assert "beeg_config.json and final_model.pt" in detail


def test_an_archive_with_two_checkpoints(settings: Settings, zoo: Path, tmp_path: Path) -> None:
    for name in ("first", "second"):
        shutil.copytree(zoo / CHECKPOINT, tmp_path / "two" / name)
    detail = refusal(settings, packed(tmp_path / "two", tmp_path / "it"))
    assert "2 checkpoints: first, second" in detail


def test_a_tokenizer_of_another_vocabulary(
    settings: Settings, mirror: Path, tmp_path: Path
) -> None:
    large = Tokenizer.train(generated_documents(seed=0, count=400), 500)
    folder = shutil.copytree(mirror / "models" / NAME, tmp_path / "it" / NAME)
    large.save(folder / "tokenizer.json")
    detail = refusal(settings, packed(tmp_path / "it", tmp_path / "wrong"))
    assert "500 tokens, the model only 400" in detail
    assert "incoming" not in detail


def test_damaged_weights(settings: Settings, zoo: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(zoo / CHECKPOINT, tmp_path / "it")
    os.truncate(folder / "weights.safetensors", 1000)
    detail = refusal(settings, packed(folder, tmp_path / "damaged"))
    assert "weights.safetensors" in detail
    assert "incoming" not in detail


def test_archives_that_are_refused_leave_nothing(
    settings: Settings, zoo: Path, tmp_path: Path
) -> None:
    archive = packed(zoo / CHECKPOINT, tmp_path / "it")
    small = settings.model_copy(update={"unpacked_limit": 2000})
    assert "more than 2,000 bytes" in refusal(small, archive)
    os.truncate(archive, archive.stat().st_size // 2)
    assert "cut off" in refusal(settings, archive)
    with zipfile.ZipFile(tmp_path / "out.zip", "w") as out:
        out.write(zoo / CHECKPOINT / "config.json", "config.json")
        out.writestr("../escaped", "x")
    assert "'../escaped'" in refusal(settings, tmp_path / "out.zip")
    assert "no folder and no file" in refusal(settings, tmp_path / "none")


def test_a_full_disk(settings: Settings, zoo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(arrival, "settle", full)
    with pytest.raises(StoreError, match="No space left") as caught:
        add_checkpoint(settings, str(zoo / CHECKPOINT))
    assert "Make room" in caught.value.remedy
    assert left_behind(settings) == []


def test_what_a_killed_process_leaves_goes_with_the_next(settings: Settings, zoo: Path) -> None:
    child = os.fork()
    if child == 0:
        with staging(settings.data_dir) as stage:
            (stage / "half").write_bytes(b"of a checkpoint")
            os.kill(os.getpid(), signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    assert [path.name for path in left_behind(settings) if path.is_file()] == ["half"]
    assert not settings.own_checkpoints.exists()
    sweep(settings.data_dir)
    assert left_behind(settings) == []
    assert add_checkpoint(settings, str(zoo / CHECKPOINT)).name == CHECKPOINT


def test_who_is_at_work_is_left_alone(
    settings: Settings, zoo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look(folder: Path, target: Path) -> None:
        sweep(settings.data_dir)
        assert (folder / "config.json").is_file()
        settled.append(target)

    settled: list[Path] = []
    monkeypatch.setattr(arrival, "settle", look)
    add_checkpoint(settings, str(zoo / CHECKPOINT))
    assert settled == [settings.own_checkpoints / CHECKPOINT]
