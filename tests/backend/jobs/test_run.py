"""How jobs end: each outcome is stored in words, and none as a traceback."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
import torch

import backend.jobs.search_job as search_job
import backend.jobs.verify_job as verify_job
from backend.circuits.circuit import Circuit
from backend.circuits.faithfulness import FaithfulnessReport, ReportConfig
from backend.circuits.search import Progress, SearchCancelled, SearchConfig
from backend.jobs.params import SearchParams
from backend.jobs.reporter import PROGRESS_EVENT
from backend.jobs.run import run_job
from backend.jobs.search_job import search_config
from backend.jobs.service import submit_search, submit_verify
from backend.jobs.verify_job import report_config
from backend.library import CheckpointLibrary
from backend.store import (
    Job,
    JobStatus,
    Store,
    claim_job,
    events_of_kind,
    get_circuit,
    get_job,
    get_report,
    list_circuits,
    request_cancel,
    save_circuit,
    save_report,
)
from models.checkpoints import Checkpoint, save_native
from models.means import compute_node_means
from models.tokenizer import Tokenizer
from tasks import Split, Task, get_task
from tasks.templates import PairTemplate
from tests.backend.conftest import CHECKPOINT, TASK, VOCABULARY
from tests.backend.store.made_reports import make_report
from tests.micro_model import small_model

EASY, IMPOSSIBLE = 5.0, 1e-6
ONE_LAYER = "one-layer"


@pytest.fixture
def library(zoo: Path) -> CheckpointLibrary:
    return CheckpointLibrary([zoo])


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Searches and reports of few steps and pairs: how they end is all that is asked here."""

    def short_search(params: SearchParams) -> SearchConfig:
        few = {"swaps": 2, "train_pairs": 8, "validation_pairs": 8, "test_pairs": 8}
        return search_config(params).model_copy(update=few)

    def short_report(*, quick: bool) -> ReportConfig:
        few = {"pairs": 8, "random_sets": 5, "subsets": 2, "greedy_steps": 1, "ascent_steps": 1}
        return report_config(quick=quick).model_copy(update=few)

    monkeypatch.setattr(search_job, "search_config", short_search)
    monkeypatch.setattr(verify_job, "report_config", short_report)


@pytest.fixture
def stored(store: Store, circuit: Circuit) -> Circuit:
    with store.write() as session:
        save_circuit(session, circuit)
    return circuit


def run(store: Store, library: CheckpointLibrary, job: Job, *, cancel: bool = False) -> Job:
    """Claims and runs a job in this process, asked to stop from its start if so wanted."""
    with store.write() as session:
        assert claim_job(session, 1) is not None
    if cancel:
        with store.write() as session:
            request_cancel(session, job.id)
    run_job(store, library, job.id)
    with store.read() as session:
        return get_job(session, job.id)


def search(
    store: Store,
    library: CheckpointLibrary,
    target_loss: float,
    *,
    checkpoint: str = CHECKPOINT,
    cancel: bool = False,
) -> Job:
    params = SearchParams(checkpoint=checkpoint, task=TASK, target_loss=target_loss, seed=0)
    with store.write() as session:
        job = submit_search(session, params)
    return run(store, library, job, cancel=cancel)


def verify(
    store: Store, library: CheckpointLibrary, circuit: Circuit, *, cancel: bool = False
) -> Job:
    with store.write() as session:
        job = submit_verify(session, circuit, quick=True)
    return run(store, library, job, cancel=cancel)


def failure(job: Job) -> dict[str, Any]:
    """The stored problem of a job that failed in words."""
    assert job.status is JobStatus.FAILED
    assert job.error is not None
    assert job.error["title"] != "The job broke off with an unexpected error", job.error
    assert job.error["remedy"]
    return job.error


def nothing_stored(store: Store) -> bool:
    with store.read() as session:
        return not list_circuits(session)


def only_pair(task: Task) -> Task:
    """A task of one pair: a single template without open slots, in every split."""
    filling = next(iter(task.split_templates[Split.TEST][0].fillings(Random(0), 1)))
    template = PairTemplate(
        prompt="<side>",
        answers=(filling.first_answer, filling.second_answer),
        decide={"side": (filling.first, filling.second)},
        words={},
    )
    return dataclasses.replace(task, split_templates=dict.fromkeys(Split, (template,)))


def test_a_search_that_meets_its_target(store: Store, library: CheckpointLibrary) -> None:
    job = search(store, library, EASY)
    assert (job.status, job.error) == (JobStatus.DONE, None)
    assert job.result is not None
    with store.read() as session:
        circuit = get_circuit(session, job.result)
        assert events_of_kind(session, job.id, PROGRESS_EVENT)
    assert circuit.provenance.method == "path"


def test_a_search_that_is_cancelled(store: Store, library: CheckpointLibrary) -> None:
    job = search(store, library, EASY, cancel=True)
    assert (job.status, job.error, job.result) == (JobStatus.CANCELLED, None, None)
    assert nothing_stored(store)


def test_a_target_that_the_model_cannot_meet(store: Store, library: CheckpointLibrary) -> None:
    error = failure(search(store, library, IMPOSSIBLE))
    assert error["status"] == 422
    assert "nats" in error["detail"]
    assert "target" in error["remedy"]
    assert nothing_stored(store)


def test_a_task_of_one_pair(
    store: Store, library: CheckpointLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = only_pair(get_task(TASK))
    monkeypatch.setattr(search_job, "get_task", lambda name: task)
    error = failure(search(store, library, EASY))
    assert "only 1 exist" in error["detail"]
    assert nothing_stored(store)


def test_a_checkpoint_of_one_layer(store: Store, tokenizer: Tokenizer, tmp_path: Path) -> None:
    model = small_model(
        vocab_size=VOCABULARY, n_ctx=96, n_layer=1, d_model=16, n_head=2, d_head=4, d_mlp=32
    )
    tokens = torch.randint(VOCABULARY, (8, 64), generator=torch.Generator().manual_seed(1))
    means = compute_node_means(model, [tokens], "random tokens")
    save_native(tmp_path / "zoo" / ONE_LAYER, model, tokenizer, means, {})
    library = CheckpointLibrary([tmp_path / "zoo"])
    job = search(store, library, EASY, checkpoint=ONE_LAYER)
    assert (job.status, job.error) == (JobStatus.DONE, None)
    assert job.result is not None
    with store.read() as session:
        circuit = get_circuit(session, job.result)
    verified = verify(store, library, circuit)
    assert (verified.status, verified.error) == (JobStatus.DONE, None)
    failure(search(store, library, IMPOSSIBLE, checkpoint=ONE_LAYER))


def test_a_checkpoint_that_is_gone(store: Store) -> None:
    error = failure(search(store, CheckpointLibrary([]), EASY))
    assert CHECKPOINT in error["detail"]


def test_an_unexpected_error_is_told_without_its_traceback(
    store: Store, library: CheckpointLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> Circuit:
        raise ZeroDivisionError("by chance")

    monkeypatch.setattr(search_job, "search", fail)
    job = search(store, library, EASY)
    assert job.error is not None
    assert "ZeroDivisionError: by chance" in job.error["detail"]
    assert "Traceback" not in str(job.error)


def fake_verify(
    checkpoint: Checkpoint,
    task: Task,
    circuit: Circuit,
    config: ReportConfig,
    on_progress: Callable[[Progress], object],
    cancelled: Callable[[], bool],
) -> FaithfulnessReport:
    """Two steps on the way to a report made by hand."""
    for step in (1, 2):
        if cancelled():
            raise SearchCancelled("Cancelled.")
        on_progress(Progress("necessity", step, 2, 0.5, len(circuit.nodes)))
    return make_report(circuit.slug, seconds=float(config.stability))


def test_a_report_is_stored_with_its_circuit(
    store: Store, library: CheckpointLibrary, stored: Circuit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify_job, "verify", fake_verify)
    job = verify(store, library, stored)
    assert (job.status, job.error, job.result) == (JobStatus.DONE, None, stored.slug)
    with store.read() as session:
        assert get_report(session, stored.slug) == make_report(stored.slug, seconds=0.0)
        progress = events_of_kind(session, job.id, PROGRESS_EVENT)
    assert progress[-1].data["step"] == 2


def test_a_verify_that_is_cancelled_leaves_the_report_of_before(
    store: Store, library: CheckpointLibrary, stored: Circuit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify_job, "verify", fake_verify)
    before = make_report(stored.slug, seconds=7.0)
    with store.write() as session:
        save_report(session, before)
    job = verify(store, library, stored, cancel=True)
    assert (job.status, job.error, job.result) == (JobStatus.CANCELLED, None, None)
    with store.read() as session:
        assert get_report(session, stored.slug) == before


def test_a_circuit_whose_checkpoint_went_away_before_it_was_verified(
    store: Store, stored: Circuit
) -> None:
    error = failure(verify(store, CheckpointLibrary([]), stored))
    assert error["status"] == 404
    assert CHECKPOINT in error["detail"]


def test_a_quick_report_leaves_out_what_searches_again() -> None:
    quick, full = report_config(quick=True), report_config(quick=False)
    assert full == ReportConfig()
    assert quick == full.model_copy(update={"stability": False, "controls": False})


def test_a_real_report_is_on_the_nodes_of_its_circuit(
    store: Store, library: CheckpointLibrary, stored: Circuit
) -> None:
    job = verify(store, library, stored)
    assert (job.status, job.error) == (JobStatus.DONE, None)
    with store.read() as session:
        report = get_report(session, stored.slug)
    assert report.lines
    assert [node.node for node in report.nodes] == stored.nodes
