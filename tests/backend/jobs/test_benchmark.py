"""Benchmarks: what is done is not done again, what was left behind is taken over."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from backend.circuits.benchmark import OutcomeKind, SearchOutcome
from backend.errors import CheckpointNotFoundError, InvalidRequestError, TaskNotFoundError
from backend.jobs import benchmark, search_job
from backend.jobs.benchmark import Benchmark, Broken, Planner, Wanted
from backend.jobs.params import SearchParams
from backend.jobs.run import run_job
from backend.jobs.search_job import search_config
from backend.jobs.service import submit_search
from backend.library import CheckpointLibrary
from backend.store import (
    JobStatus,
    Store,
    claim_job,
    finish_job,
    get_circuit,
    list_jobs,
    mark_interrupted,
    request_cancel,
)
from models.checkpoints import Checkpoint, save_native
from models.tokenizer import Tokenizer
from tests.backend.conftest import CHECKPOINT, TASK
from tests.backend.live import wait_for

EASY, IMPOSSIBLE = 5.0, 1e-6


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Searches on few pairs: how they end is all that is asked here."""

    def few(params: SearchParams) -> object:
        pairs = {"train_pairs": 8, "validation_pairs": 8, "test_pairs": 8}
        return search_config(params).model_copy(update=pairs)

    monkeypatch.setattr(search_job, "search_config", few)
    monkeypatch.setattr(benchmark, "search_config", few)
    monkeypatch.setattr(benchmark, "POLL_SECONDS", 0.01)


@pytest.fixture
def library(zoo: Path) -> CheckpointLibrary:
    return CheckpointLibrary([zoo])


@pytest.fixture
def planner(store: Store, library: CheckpointLibrary) -> Planner:
    return Planner(store, library)


def params(target: float, task: str = TASK, checkpoint: str = CHECKPOINT) -> SearchParams:
    return SearchParams(checkpoint=checkpoint, task=task, target_loss=target, seed=0)


@contextmanager
def working(store: Store, library: CheckpointLibrary) -> Iterator[None]:
    """A runner of a thread, in the place of a server's."""
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            with store.write() as session:
                job = claim_job(session, 1)
            if job is None:
                time.sleep(0.01)
            else:
                run_job(store, library, job.id)

    thread = threading.Thread(target=work)
    thread.start()
    yield
    stop.set()
    thread.join()


def run(store: Store, wanted: list[Wanted], **options: bool) -> tuple[int, list[object]]:
    """Runs what is left; how many that was, and all that was told."""
    told: list[object] = []
    made = Benchmark(store, wanted, window=2, on_outcome=told.append, **options)
    left = made.left()
    made.run(left, threading.Event())
    return len(left), told


def jobs(store: Store) -> int:
    with store.read() as session:
        return len(list_jobs(session))


def test_what_is_done_is_not_run_again(
    store: Store, library: CheckpointLibrary, planner: Planner
) -> None:
    wanted = [planner.wanted(params(target)) for target in (EASY, IMPOSSIBLE)]
    with working(store, library):
        count, told = run(store, wanted)
        assert count == jobs(store) == 2
        kinds = {each.kind for each in told if isinstance(each, SearchOutcome)}
        # With every node ablated chance is far below 5 nats.
        assert kinds == {OutcomeKind.NOT_NEEDED, OutcomeKind.FAILED}
        assert run(store, wanted) == (0, [])
        assert jobs(store) == 2
        # A further target is all that is added; the failed one runs again only when asked to.
        more = [*wanted, planner.wanted(params(EASY + 1))]
        assert run(store, more)[0] == 1
        assert run(store, more, retry_failed=True)[0] == 1
        assert run(store, more, again=True)[0] == 3


def test_an_outcome_has_the_numbers_of_its_circuit(
    store: Store, library: CheckpointLibrary, planner: Planner
) -> None:
    with working(store, library):
        _, (outcome,) = run(store, [planner.wanted(params(EASY))])
    assert isinstance(outcome, SearchOutcome)
    assert outcome.slug is not None
    with store.read() as session:
        circuit = get_circuit(session, outcome.slug)
    assert outcome.nodes == len(circuit.nodes)
    assert outcome.induced_edges == circuit.induced_edges
    assert outcome.task_loss == circuit.task_loss
    assert outcome.loss_low is not None
    assert outcome.loss_high is not None
    assert outcome.loss_low <= circuit.task_loss <= outcome.loss_high
    assert outcome.everything_ablated == circuit.losses.everything_ablated.plain


def test_a_failure_says_why_and_what_the_model_can_do(
    store: Store, library: CheckpointLibrary, planner: Planner
) -> None:
    with working(store, library):
        _, (outcome,) = run(store, [planner.wanted(params(IMPOSSIBLE))])
    assert isinstance(outcome, SearchOutcome)
    assert (outcome.kind, outcome.slug) == (OutcomeKind.FAILED, None)
    assert "lowest validation loss" in outcome.detail
    assert outcome.whole_model is not None
    assert outcome.everything_ablated is not None


def test_a_search_left_behind_is_followed(
    store: Store, library: CheckpointLibrary, planner: Planner
) -> None:
    with store.write() as session:
        submit_search(session, params(EASY))
    with working(store, library):
        count, told = run(store, [planner.wanted(params(EASY))])
    assert (count, len(told), jobs(store)) == (1, 1, 1)


def test_an_interrupted_search_is_begun_again(
    store: Store, library: CheckpointLibrary, planner: Planner
) -> None:
    wanted = [planner.wanted(params(EASY))]

    def interrupt() -> None:
        """A server that takes the job and dies."""

        def claim() -> object:
            with store.write() as session:
                return claim_job(session, 1)

        wait_for(claim, "a job")
        with store.write() as session:
            mark_interrupted(session)

    server = threading.Thread(target=interrupt)
    server.start()
    told: list[object] = []
    made = Benchmark(store, wanted, window=1, on_outcome=told.append)
    going = threading.Thread(target=made.run, args=(made.left(), threading.Event()))
    going.start()
    server.join()
    with working(store, library):
        going.join()
    assert [type(each) for each in told] == [SearchOutcome]
    with store.read() as session:
        statuses = sorted(job.status for job in list_jobs(session))
    assert statuses == [JobStatus.DONE, JobStatus.INTERRUPTED]


def test_a_search_that_breaks_off_is_told_and_left_open(store: Store, planner: Planner) -> None:
    wanted = [planner.wanted(params(EASY))]
    told: list[object] = []
    made = Benchmark(store, wanted, window=1, on_outcome=told.append)

    def crash() -> None:
        def claim() -> str | None:
            with store.write() as session:
                job = claim_job(session, 1)
            return None if job is None else job.id

        job = wait_for(claim, "a job")
        with store.write() as session:
            finish_job(session, job, JobStatus.FAILED, error={"detail": "Out of memory."})

    server = threading.Thread(target=crash)
    server.start()
    made.run(made.left(), threading.Event())
    server.join()
    assert told == made.broken
    assert [(each.status, each.reason) for each in made.broken] == [
        (JobStatus.FAILED, "Out of memory.")
    ]
    assert made.left() == wanted


def test_ctrl_c_cancels_what_waits_and_keeps_what_ended(
    store: Store, library: CheckpointLibrary, planner: Planner
) -> None:
    wanted = [planner.wanted(params(EASY + number)) for number in range(6)]
    cancelled = threading.Event()
    told: list[SearchOutcome | Broken] = []

    def tell(outcome: SearchOutcome | Broken) -> None:
        told.append(outcome)
        cancelled.set()

    made = Benchmark(store, wanted, window=2, on_outcome=tell)
    with working(store, library):
        made.run(made.left(), cancelled)
    assert made.broken == []
    ended = made.outcomes()
    assert 1 <= len(ended) == len(told) < 6
    assert len(made.left()) == 6 - len(ended)
    with store.read() as session:
        assert all(job.status.ended for job in list_jobs(session))


def test_a_job_cancelled_by_someone_else_is_told(store: Store, planner: Planner) -> None:
    wanted = [planner.wanted(params(EASY))]
    made = Benchmark(store, wanted, window=1)

    def cancel() -> None:
        def queued() -> str | None:
            with store.read() as session:
                return next((job.id for job in list_jobs(session)), None)

        job = wait_for(queued, "a job")
        with store.write() as session:
            request_cancel(session, job)

    visitor = threading.Thread(target=cancel)
    visitor.start()
    made.run(made.left(), threading.Event())
    visitor.join()
    assert [each.status for each in made.broken] == [JobStatus.CANCELLED]


def test_what_is_not_possible_is_known_without_a_job(
    store: Store, tmp_path: Path, checkpoint: Checkpoint
) -> None:
    coarse = Tokenizer.train(["a b c"], 257)
    save_native(tmp_path / "bytes", checkpoint.model, coarse, checkpoint.node_means, {})
    made = Planner(store, CheckpointLibrary([tmp_path])).wanted(params(0.15, checkpoint="bytes"))
    assert run(store, [made], again=True) == (0, [])
    (outcome,) = Benchmark(store, [made], window=1).outcomes()
    assert outcome.kind is OutcomeKind.NOT_POSSIBLE
    assert "not one token" in outcome.detail


def test_other_pairs_are_another_search(planner: Planner) -> None:
    one = planner.wanted(params(0.15)).key
    assert planner.wanted(params(0.15)).key == one
    other = planner.wanted(params(0.15, task="for_while")).key
    assert other.pairs_digest != one.pairs_digest


def test_what_cannot_be_planned_is_refused(
    store: Store, planner: Planner, tmp_path: Path, checkpoint: Checkpoint
) -> None:
    with pytest.raises(CheckpointNotFoundError):
        planner.wanted(params(0.15, checkpoint="none"))
    with pytest.raises(TaskNotFoundError):
        planner.wanted(params(0.15, task="none"))
    save_native(tmp_path / "bare", checkpoint.model, None, checkpoint.node_means, {})
    with pytest.raises(InvalidRequestError, match="no tokenizer"):
        Planner(store, CheckpointLibrary([tmp_path])).wanted(params(0.15, checkpoint="bare"))
