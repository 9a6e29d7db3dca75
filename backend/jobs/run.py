"""Runs a claimed job of any kind to one of its ends.

What a job finds is stored before the job is marked as done, each in its own transaction: a job
that is done has a result, and a result once found is kept even when the server is gone.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from backend.circuits.search import SearchCancelled
from backend.errors import CircuitExplorerError, ConflictError
from backend.jobs.means_job import run_means
from backend.jobs.params import JobKind
from backend.jobs.problems import known_problem, unexpected_problem
from backend.jobs.reporter import Reporter
from backend.jobs.search_job import run_search
from backend.jobs.verify_job import run_verify
from backend.library import CheckpointLibrary
from backend.store import JobStatus, Store, finish_job, get_job
from backend.store.tables import JsonObject
from tasks import TaskError

JobFunction = Callable[[Store, CheckpointLibrary, JsonObject, Reporter], str | None]
"""Does a job's work, given its parameters, and returns the slug of the circuit it was about, if it
was about one.
"""

FUNCTIONS: Mapping[str, JobFunction] = {
    JobKind.SEARCH: run_search,
    JobKind.VERIFY: run_verify,
    JobKind.MEANS: run_means,
}

_log = logging.getLogger(__name__)


def run_job(store: Store, library: CheckpointLibrary, job_id: str) -> None:
    """Runs a claimed job to one of its ends; what goes wrong is written into the job."""
    reporter = Reporter(store, job_id)
    try:
        with store.read() as session:
            job = get_job(session, job_id)
        slug = FUNCTIONS[job.kind](store, library, job.params, reporter)
        _finish(store, job_id, JobStatus.DONE, result=slug)
    except SearchCancelled:
        reporter.flush()
        _finish(store, job_id, JobStatus.CANCELLED)
    except (TaskError, CircuitExplorerError) as error:
        reporter.flush()
        _finish(store, job_id, JobStatus.FAILED, error=known_problem(error))
    except Exception as error:
        _log.exception("job %s failed", job_id)
        _finish(store, job_id, JobStatus.FAILED, error=unexpected_problem(error))


def _finish(
    store: Store,
    job_id: str,
    status: JobStatus,
    *,
    result: str | None = None,
    error: JsonObject | None = None,
) -> None:
    try:
        with store.write() as session:
            finish_job(session, job_id, status, result=result, error=error)
    except ConflictError as conflict:
        # Marked as interrupted or cancelled meanwhile: that stands.
        _log.warning("%s", conflict)
