"""Node means as a job: computed, cancelled, refused; and a foreign checkpoint on its whole way."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch
from typer.testing import CliRunner, Result

from backend.cli import app
from backend.errors import ConflictError, InvalidRequestError
from backend.jobs import means_job
from backend.jobs.means_job import check_means
from backend.jobs.params import JobKind, MeansParams
from backend.jobs.reporter import PROGRESS_EVENT
from backend.jobs.run import run_job
from backend.jobs.service import running_means, submit_means
from backend.library import CheckpointLibrary
from backend.settings import get_settings
from backend.store import (
    LOG_EVENT,
    JobStatus,
    Store,
    claim_job,
    events_of_kind,
    get_job,
    request_cancel,
)
from models.hooks import record
from models.means_corpus import corpus_tokens, means_documents
from tests.backend.conftest import CHECKPOINT, TASK

BARE = "bare"
TOKENS = 5000
PARAMS = MeansParams(checkpoint=BARE, tokens=TOKENS)


@pytest.fixture
def folder(zoo: Path, tmp_path: Path) -> Path:
    """A folder with the checkpoint, less its node means."""
    shutil.copytree(zoo / CHECKPOINT, tmp_path / "mine" / BARE)
    (tmp_path / "mine" / BARE / "node_means.safetensors").unlink()
    return tmp_path / "mine"


@pytest.fixture
def library(folder: Path, tmp_path: Path) -> CheckpointLibrary:
    return CheckpointLibrary([folder], means_dir=tmp_path / "means")


def run(store: Store, library: CheckpointLibrary, params: MeansParams, cancel: bool = False) -> str:
    with store.write() as session:
        job = submit_means(session, params)
        assert claim_job(session, 1) is not None
        if cancel:
            request_cancel(session, job.id)
    run_job(store, library, job.id)
    return job.id


def test_means_are_those_of_the_corpus(store: Store, library: CheckpointLibrary) -> None:
    identity = run(store, library, PARAMS)
    with store.read() as session:
        job = get_job(session, identity)
        stages = [each.data["stage"] for each in events_of_kind(session, identity, PROGRESS_EVENT)]
        logs = [each.data["message"] for each in events_of_kind(session, identity, LOG_EVENT)]
    assert (job.kind, job.status, job.error) == (JobKind.MEANS, JobStatus.DONE, None)
    assert set(stages) == {means_job.READING, means_job.COUNTING}
    assert "fewer than 1,000,000" in logs[-1]
    opened = library.open(BARE)
    assert opened.tokenizer is not None
    assert opened.node_means is not None
    length = opened.config.n_ctx
    row = corpus_tokens(means_documents(TOKENS), opened.tokenizer, TOKENS)
    windows = torch.from_numpy(row[: TOKENS // length * length].astype("int64")).view(-1, length)
    assert opened.node_means.tokens == windows.numel()
    site = "0.mlp.post_act"
    with record(opened.model, [site]) as activations, torch.no_grad():
        opened.model(windows)
    expected = activations[site].double().mean(dim=(0, 1)).float()
    torch.testing.assert_close(opened.node_means.values[site], expected)


def test_a_corpus_of_one_s_own(store: Store, library: CheckpointLibrary, tmp_path: Path) -> None:
    source = tmp_path / "sources"
    source.mkdir()
    (source / "one.py").write_text("x = 1\n" * 2000)
    params = PARAMS.model_copy(update={"folders": (str(source),)})
    run(store, library, params)
    first = library.open(BARE).node_means
    (source / "one.py").write_text("y = 2\n" * 2000)
    run(store, library, params.model_copy(update={"replace": True}))
    second = library.open(BARE).node_means
    assert first is not None
    assert second is not None
    assert first.corpus_digest != second.corpus_digest
    assert first.digest != second.digest


def test_what_is_cancelled_keeps_nothing(
    store: Store, library: CheckpointLibrary, tmp_path: Path
) -> None:
    identity = run(store, library, PARAMS, cancel=True)
    with store.read() as session:
        assert get_job(session, identity).status is JobStatus.CANCELLED
    assert not (tmp_path / "means").exists()
    assert library.open(BARE).node_means is None


def test_what_cannot_be_computed(
    store: Store, library: CheckpointLibrary, folder: Path, tmp_path: Path
) -> None:
    with pytest.raises(InvalidRequestError, match="no Python file"):
        check_means(library, PARAMS.model_copy(update={"folders": (str(tmp_path / "mine"),)}))
    run(store, library, PARAMS)
    with pytest.raises(ConflictError, match="computed before") as again:
        check_means(library, PARAMS)
    assert "--replace" in again.value.remedy
    (folder / BARE / "tokenizer.json").unlink()
    with pytest.raises(InvalidRequestError, match="no tokenizer"):
        check_means(library, PARAMS)


def test_means_that_came_along_stay(zoo: Path) -> None:
    params = MeansParams(checkpoint=CHECKPOINT, tokens=TOKENS, replace=True)
    with pytest.raises(ConflictError, match="brings its own"):
        check_means(CheckpointLibrary([zoo]), params)


def test_who_asks_twice_waits_for_one_job(store: Store) -> None:
    with store.write() as session:
        first = submit_means(session, PARAMS)
        assert submit_means(session, PARAMS).id == first.id
        assert submit_means(session, PARAMS.model_copy(update={"tokens": 9999})).id != first.id
        running = running_means(session, BARE)
        assert running is not None
        assert running_means(session, "another") is None


def invoke(*arguments: object) -> Result:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.stderr
    return result


def test_a_foreign_checkpoint_from_its_archive_to_a_circuit(
    data_dir: Path, mirror: Path, tmp_path: Path
) -> None:
    """OpenAI's files in an archive, without node means: added, completed, searched."""
    archive = shutil.make_archive(str(tmp_path / "theirs"), "gztar", mirror)
    get_settings.cache_clear()
    name = invoke("add", archive).stdout.strip()
    assert "circuit-explorer means" in invoke("add", archive, "--name", "second").stderr
    refused = CliRunner().invoke(app, ["search", name, TASK])
    assert refused.exit_code == 2
    assert f"circuit-explorer means {name}" in refused.stderr
    source = json.loads(invoke("means", name, "--tokens", TOKENS, "--json").stdout)
    assert source["tokens"] > TOKENS - 96
    found = json.loads(invoke("search", name, TASK, "--target-loss", 5, "--json").stdout)
    assert found["task_loss"] <= 5
    exported = json.loads(invoke("export", found["slug"]).stdout)
    assert exported["provenance"]["means_digest"] == source["digest"]
    assert not list((data_dir / "checkpoints").rglob("node_means*"))
