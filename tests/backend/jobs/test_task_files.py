"""A worker process finds the tasks of task files, also of those that come after it has started."""

from __future__ import annotations

from pathlib import Path

from backend.jobs.params import SearchParams
from backend.jobs.protocol import Setup
from backend.jobs.runner import JobRunner
from backend.jobs.service import submit_search
from backend.store import Job, JobStatus, Store, get_circuit, get_job
from tasks.files.folders import TaskFolders
from tests.backend.conftest import CHECKPOINT
from tests.backend.live import wait_for
from tests.tasks.documented import example

NAME = "def_or_call"


def test_a_worker_searches_a_task_of_a_file(store: Store, zoo: Path, tmp_path: Path) -> None:
    folder = tmp_path / "tasks"
    setup = Setup(
        database_url=f"sqlite:///{tmp_path / 'circuits.sqlite3'}",
        checkpoint_folders=[zoo],
        task_folders=[folder],
    )
    runner = JobRunner(store, setup, tmp_path / "jobs.lock", workers=1, prewarm=1)
    runner.start()
    try:
        folder.mkdir()
        (folder / "mine.toml").write_text(example())
        params = SearchParams(checkpoint=CHECKPOINT, task=NAME, target_loss=5.0, seed=0)
        with store.write() as session:
            job_id = submit_search(session, params).id
        runner.wake()

        def ended() -> Job | None:
            with store.read() as session:
                job = get_job(session, job_id)
                return job if job.finished is not None else None

        job = wait_for(ended, "the search")
    finally:
        runner.stop()
    assert job.status == JobStatus.DONE, job.error
    assert job.result is not None
    with store.read() as session:
        circuit = get_circuit(session, job.result)
    assert circuit.task == NAME
    task = TaskFolders([folder]).scan()[0][NAME]
    assert circuit.provenance.versions["task"] == task.digest
