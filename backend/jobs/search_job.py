"""One search as a job: runs it, writes down how far it is, stores what it finds.

The circuit is stored before the job is marked as done, each in its own transaction: a job that is
done has a circuit, and a circuit once found is kept even when the server that asked for it is gone.
"""

from __future__ import annotations

import dataclasses
import logging
import time
from collections.abc import Callable
from typing import Any

from backend.circuits.circuit import Circuit
from backend.circuits.search import Progress, SearchCancelled, SearchConfig, search
from backend.errors import CircuitExplorerError, ConflictError
from backend.jobs.protocol import SearchParams
from backend.library import CheckpointLibrary
from backend.store import (
    JobStatus,
    Store,
    append_event,
    finish_job,
    get_job,
    is_cancel_requested,
    save_circuit,
)
from tasks import TaskError, get_task

PROGRESS_EVENT = "progress"
LOG_EVENT = "log"

PROGRESS_SECONDS = 0.2
"""At most one progress event in this time; the last one is always written."""
CANCEL_SECONDS = 0.3
"""How often the database is asked whether to stop."""

_log = logging.getLogger(__name__)


class Reporter:
    """Writes a running search's progress and asks whether it should stop, both not too often."""

    def __init__(
        self, store: Store, job_id: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._store = store
        self._job_id = job_id
        self._clock = clock
        self._written = float("-inf")
        self._asked = float("-inf")
        self._stage = ""
        self._held: Progress | None = None
        self._cancelled = False

    def progress(self, progress: Progress) -> None:
        """Takes a step's progress; a new stage is written at once."""
        self._held = progress
        now = self._clock()
        if progress.stage != self._stage or now - self._written >= PROGRESS_SECONDS:
            self._stage = progress.stage
            self._written = now
            self.flush()

    def flush(self) -> None:
        """Writes the last progress if it is not written yet."""
        if self._held is not None:
            with self._store.write() as session:
                append_event(session, self._job_id, PROGRESS_EVENT, dataclasses.asdict(self._held))
            self._held = None

    def log(self, message: str) -> None:
        """Writes a message for whoever follows the job."""
        with self._store.write() as session:
            append_event(session, self._job_id, LOG_EVENT, {"message": message})

    def cancelled(self) -> bool:
        """Whether someone asked the job to stop."""
        now = self._clock()
        if not self._cancelled and now - self._asked >= CANCEL_SECONDS:
            self._asked = now
            with self._store.read() as session:
                self._cancelled = is_cancel_requested(session, self._job_id)
        return self._cancelled


def run_search_job(store: Store, library: CheckpointLibrary, job_id: str) -> None:
    """Runs a claimed job to one of its ends; what goes wrong is written into the job."""
    reporter = Reporter(store, job_id)
    try:
        circuit = _find(store, library, job_id, reporter)
        reporter.flush()
        with store.write() as session:
            new = save_circuit(session, circuit)
        if not new:
            reporter.log(f"This circuit was found before: {circuit.slug}.")
        _finish(store, job_id, JobStatus.DONE, result=circuit.slug)
    except SearchCancelled:
        _finish(store, job_id, JobStatus.CANCELLED)
    except (TaskError, CircuitExplorerError) as error:
        reporter.flush()
        _finish(store, job_id, JobStatus.FAILED, error=_known_problem(error))
    except Exception as error:
        _log.exception("job %s failed", job_id)
        _finish(
            store,
            job_id,
            JobStatus.FAILED,
            error=problem(
                "The search broke off with an unexpected error",
                f"{type(error).__name__}: {error}",
                "The server's log has the full story; please report it.",
            ),
        )


def problem(title: str, detail: str, remedy: str, *, status: int = 500) -> dict[str, Any]:
    """An error as a job's row keeps it: the members of a problem detail."""
    return {"title": title, "status": status, "detail": detail, "remedy": remedy}


def _find(store: Store, library: CheckpointLibrary, job_id: str, reporter: Reporter) -> Circuit:
    with store.read() as session:
        params = SearchParams.model_validate(get_job(session, job_id).params)
    reporter.log(f"Opening checkpoint {params.checkpoint}.")
    checkpoint = library.open(params.checkpoint)
    config = SearchConfig(target_loss=params.target_loss, seed=params.seed)
    return search(
        checkpoint,
        get_task(params.task),
        config,
        on_progress=reporter.progress,
        cancelled=reporter.cancelled,
    )


def _known_problem(error: TaskError | CircuitExplorerError) -> dict[str, Any]:
    if isinstance(error, CircuitExplorerError):
        return problem(error.title, error.detail, error.remedy, status=error.status)
    return problem(
        "The task does not fit the checkpoint",
        str(error),
        "Choose another task, or a checkpoint whose tokenizer fits.",
        status=422,
    )


def _finish(
    store: Store,
    job_id: str,
    status: JobStatus,
    *,
    result: str | None = None,
    error: dict[str, Any] | None = None,
) -> None:
    try:
        with store.write() as session:
            finish_job(session, job_id, status, result=result, error=error)
    except ConflictError as conflict:
        # Marked as interrupted or cancelled meanwhile: that stands.
        _log.warning("%s", conflict)
