"""The supervisor with real worker processes: run, queue, cancel, crash."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from backend.jobs.params import SearchParams
from backend.jobs.pool import WORKER_COMMAND
from backend.jobs.protocol import Setup
from backend.jobs.reporter import PROGRESS_EVENT
from backend.jobs.runner import JobRunner
from backend.jobs.service import submit_search
from backend.store import (
    Job,
    JobStatus,
    Store,
    append_event,
    claim_job,
    events_of_kind,
    get_circuit,
    get_job,
    request_cancel,
)
from tests.backend.conftest import CHECKPOINT, TASK
from tests.backend.live import wait_for

MakeRunner = Callable[..., JobRunner]


@pytest.fixture
def make_runner(store: Store, zoo: Path, tmp_path: Path) -> Iterator[MakeRunner]:
    """Makes and starts runners; ends them after the test."""
    runners: list[JobRunner] = []

    def make(command: tuple[str, ...] = WORKER_COMMAND, grace: float = 30.0) -> JobRunner:
        setup = Setup(
            database_url=f"sqlite:///{tmp_path / 'circuits.sqlite3'}", checkpoint_folders=[zoo]
        )
        runner = JobRunner(
            store,
            setup,
            tmp_path / "jobs.lock",
            workers=1,
            prewarm=0,
            grace=grace,
            command=command,
        )
        runner.start()
        runners.append(runner)
        return runner

    yield make
    for runner in runners:
        runner.stop()


def submit(store: Store, target_loss: float) -> str:
    params = SearchParams(checkpoint=CHECKPOINT, task=TASK, target_loss=target_loss, seed=0)
    with store.write() as session:
        return submit_search(session, params).id


def read(store: Store, job_id: str) -> Job:
    with store.read() as session:
        return get_job(session, job_id)


def reach(store: Store, job_id: str, *wanted: JobStatus) -> Job:
    def look() -> Job | None:
        job = read(store, job_id)
        assert job.status in wanted or not job.status.ended, job
        return job if job.status in wanted else None

    return wait_for(look, f"the job to become {wanted}")


def test_one_process_runs_many_jobs_through_all_that_can_happen(
    store: Store, make_runner: MakeRunner
) -> None:
    endless, easy = submit(store, 1e-6), submit(store, 5.0)
    runner = make_runner()

    # The first runs, the second waits; asked to stop, the first does.
    running = reach(store, endless, JobStatus.RUNNING)
    assert read(store, easy).status is JobStatus.QUEUED
    with store.write() as session:
        request_cancel(session, endless)
    runner.wake()
    assert reach(store, endless, JobStatus.CANCELLED).result is None

    # The same process then finds a circuit, and tells its progress.
    done = reach(store, easy, JobStatus.DONE, JobStatus.FAILED)
    assert done.error is None
    assert done.result is not None
    assert done.worker_pid == running.worker_pid
    with store.read() as session:
        circuit = get_circuit(session, done.result)
        progress = events_of_kind(session, easy, PROGRESS_EVENT)
    assert circuit.provenance.target_loss == 5.0
    assert progress[-1].data["stage"] == "report"
    assert progress[-1].data["nodes"] == len(circuit.nodes)

    # When it is killed, the job says so, and the next job gets a new process.
    third = submit(store, 1e-6)
    runner.wake()
    victim = reach(store, third, JobStatus.RUNNING).worker_pid
    assert victim is not None
    os.kill(victim, signal.SIGKILL)
    failed = reach(store, third, JobStatus.FAILED)
    assert failed.error is not None
    assert "SIGKILL" in failed.error["detail"]
    again = submit(store, 5.0)
    runner.wake()
    renewed = reach(store, again, JobStatus.DONE)
    assert renewed.result == done.result
    assert renewed.worker_pid != victim


STUBBORN = (
    "import sys\n"
    "sys.stdin.readline()\n"
    'print(\'{"kind": "ready"}\', flush=True)\n'
    "for line in sys.stdin: pass\n"
)
"""A worker that takes a job and never looks whether it should stop."""


def test_a_worker_that_does_not_stop_is_killed(store: Store, make_runner: MakeRunner) -> None:
    job = submit(store, 1e-6)
    runner = make_runner((sys.executable, "-c", STUBBORN), grace=0.0)
    reach(store, job, JobStatus.RUNNING)
    with store.write() as session:
        request_cancel(session, job)
    runner.wake()
    reach(store, job, JobStatus.CANCELLED)


def test_a_worker_that_cannot_start_fails_the_job(store: Store, make_runner: MakeRunner) -> None:
    job = submit(store, 1e-6)
    make_runner((sys.executable, "-c", "raise SystemExit(7)"))
    failed = reach(store, job, JobStatus.FAILED)
    assert failed.error is not None
    assert "exit code 7" in failed.error["detail"]


def test_jobs_of_a_server_that_is_gone_are_interrupted(
    store: Store, make_runner: MakeRunner
) -> None:
    lost = submit(store, 1e-6)
    with store.write() as session:
        claim_job(session, 1)
        append_event(session, lost, PROGRESS_EVENT, {"stage": "masks"})
    make_runner()
    assert read(store, lost).status is JobStatus.INTERRUPTED


def test_a_second_server_leaves_the_jobs_of_the_first_alone(
    store: Store, make_runner: MakeRunner
) -> None:
    job = submit(store, 1e-6)
    make_runner((sys.executable, "-c", STUBBORN))
    reach(store, job, JobStatus.RUNNING)
    second = make_runner((sys.executable, "-c", STUBBORN))
    second.stop()
    assert read(store, job).status is JobStatus.RUNNING


def test_stopping_marks_what_ran(store: Store, make_runner: MakeRunner) -> None:
    job = submit(store, 1e-6)
    runner = make_runner((sys.executable, "-c", STUBBORN))
    reach(store, job, JobStatus.RUNNING)
    runner.stop()
    assert read(store, job).status is JobStatus.INTERRUPTED
