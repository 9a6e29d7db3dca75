"""Runs queued jobs in worker processes, from a thread of the server.

The thread sleeps until a worker says something, a job is submitted or a short time has passed;
then it

1. hears its workers: one that is ready takes the next job; one that died fails its job;
2. looks whether running jobs should stop, and kills workers that do not within a grace period;
3. claims queued jobs, oldest first, while fewer than `workers` run, starting processes as needed.

Processes are kept for further jobs. All state that matters is in the database: a server that dies
takes its workers with it (their stdin ends), and the next one marks their jobs as interrupted.
When several servers share a data folder, the one that holds its lock runs everybody's jobs.
"""

from __future__ import annotations

import contextlib
import logging
import os
import selectors
import socket
import threading
import time
from pathlib import Path
from typing import Any

from backend.jobs.lock import RunnerLock
from backend.jobs.pool import WORKER_COMMAND, WorkerProcess, overdue
from backend.jobs.problems import problem
from backend.jobs.protocol import Assignment, Setup
from backend.store import (
    JobStatus,
    Store,
    claim_job,
    finish_job,
    get_job,
    is_cancel_requested,
    list_jobs,
    mark_interrupted,
    set_worker,
)

TICK_SECONDS = 0.3
"""How long a job submitted by another process may wait to be noticed."""
STOP_SECONDS = 3.0
"""How long a worker may take to end when the server does."""

_log = logging.getLogger(__name__)


class JobRunner:
    """The supervisor: start it once a server, stop it at the end.

    Args:
        store: where jobs are queued; the thread opens its own connections.
        setup: what a worker needs to know.
        lock: held while this runner runs jobs.
        workers: jobs that may run at the same time.
        prewarm: processes started before there is a job.
        grace: seconds between a request to cancel and the kill.
        command: of a worker process.
    """

    def __init__(
        self,
        store: Store,
        setup: Setup,
        lock: Path,
        *,
        workers: int,
        prewarm: int = 1,
        grace: float = 10.0,
        command: tuple[str, ...] = WORKER_COMMAND,
    ) -> None:
        self._store = store
        self._setup = setup
        self._lock = RunnerLock(lock)
        self._limit = workers
        self._prewarm = min(prewarm, workers)
        self._grace = grace
        self._command = command
        self._workers: list[WorkerProcess] = []
        self._selector = selectors.DefaultSelector()
        self._waker, self._woken = socket.socketpair()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="jobs", daemon=True)

    def start(self) -> None:
        """Starts the thread; jobs cut off earlier are marked before this returns, if it leads."""
        self._waker.setblocking(False)
        self._woken.setblocking(False)
        self._selector.register(self._woken, selectors.EVENT_READ, None)
        self._lead()
        self._thread.start()

    def wake(self) -> None:
        """Says that something is new: a job was submitted or should stop."""
        with contextlib.suppress(BlockingIOError):  # it has enough reasons to wake up already
            self._waker.send(b"!")

    def stop(self) -> None:
        """Ends all workers, marks their jobs as interrupted and waits for the thread."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        self.wake()
        self._thread.join()
        self._selector.close()
        self._waker.close()
        self._woken.close()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._listen()
                if self._lead():
                    self._enforce_cancellations()
                    self._dispatch()
            except Exception:  # the thread must outlive a full disk or a locked database
                _log.exception("the job supervisor met an error and goes on")
                time.sleep(TICK_SECONDS)
        self._shut_down()

    def _lead(self) -> bool:
        """Whether this runner runs the jobs; on becoming it, tidies up after the last one."""
        if self._lock.held:
            return True
        if not self._lock.acquire():
            return False
        with self._store.write() as session:
            interrupted = mark_interrupted(session)
        if interrupted:
            _log.warning("interrupted by the end of the last server: %s", ", ".join(interrupted))
        for _ in range(self._prewarm):
            self._start_worker()
        return True

    def _listen(self) -> None:
        for key, _ in self._selector.select(TICK_SECONDS):
            if key.data is None:
                self._woken.recv(4096)
                continue
            worker: WorkerProcess = key.data
            if not worker.hear():
                self._bury(worker)

    def _bury(self, worker: WorkerProcess) -> None:
        """Cleans up after a process that ended by itself or was killed."""
        self._selector.unregister(worker.descriptor)
        self._workers.remove(worker)
        how = worker.reap()
        if not worker.ready:
            self._fail_next(f"A worker process could not start: {how}.")
        if worker.job_id is None:
            return
        if worker.cancelled_at is not None:
            self._finish(worker.job_id, JobStatus.CANCELLED)
            return
        _log.error("worker %d ended while it ran job %s: %s", worker.pid, worker.job_id, how)
        self._finish(
            worker.job_id, JobStatus.FAILED, _crash(f"Its worker process ended early: {how}.")
        )

    def _enforce_cancellations(self) -> None:
        for worker in self._workers:
            if worker.job_id is None:
                continue
            if worker.cancelled_at is None:
                with self._store.read() as session:
                    if is_cancel_requested(session, worker.job_id):
                        worker.cancelled_at = time.monotonic()
            elif overdue(worker, self._grace):
                _log.warning("job %s did not stop when asked: killing it", worker.job_id)
                worker.kill()

    def _dispatch(self) -> None:
        with self._store.read() as session:
            waiting = len(list_jobs(session, status=JobStatus.QUEUED, limit=self._limit))
        if not waiting:
            return
        busy = sum(worker.job_id is not None for worker in self._workers)
        threads = threads_for(min(self._limit, busy + waiting))
        for worker in [worker for worker in self._workers if worker.idle][:waiting]:
            with self._store.write() as session:
                job = claim_job(session, worker.pid)
            if job is None:
                return
            waiting -= 1
            worker.assign(Assignment(job_id=job.id, threads=threads))
        starting = sum(not worker.ready for worker in self._workers)
        for _ in range(min(waiting - starting, self._limit - len(self._workers))):
            self._start_worker()

    def _start_worker(self) -> None:
        worker = WorkerProcess.start(self._setup, self._command)
        self._workers.append(worker)
        self._selector.register(worker.descriptor, selectors.EVENT_READ, worker)

    def _fail_next(self, reason: str) -> None:
        """Fails the job that a process was started for, lest processes be started for ever."""
        with self._store.write() as session:
            job = claim_job(session, os.getpid())
            if job is not None:
                set_worker(session, job.id, os.getpid())
                finish_job(session, job.id, JobStatus.FAILED, error=_crash(reason))

    def _finish(self, job_id: str, status: JobStatus, error: dict[str, Any] | None = None) -> None:
        with self._store.write() as session:
            if get_job(session, job_id).status is JobStatus.RUNNING:
                finish_job(session, job_id, status, error=error)

    def _shut_down(self) -> None:
        for worker in self._workers:
            self._selector.unregister(worker.descriptor)
            worker.stop(STOP_SECONDS)
        self._workers.clear()
        if self._lock.held:
            with self._store.write() as session:
                mark_interrupted(session)
            self._lock.release()


def threads_for(jobs: int) -> int:
    """Processor threads for each of so many jobs: together no more than there are cores."""
    return max(1, (os.cpu_count() or 1) // max(1, jobs))


def _crash(detail: str) -> dict[str, Any]:
    return problem(
        "The job broke off",
        detail,
        "The server's log may say more; when memory ran out, use fewer workers "
        "(CIRCUIT_EXPLORER_WORKERS). Then start the job again.",
    )
