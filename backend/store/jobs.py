"""Jobs and their events, as rows.

A job's life: queued, running, then one of done, failed, cancelled, interrupted. Every change writes
an event in the same transaction: `status` on the way, `end` as the very last one, so that a reader
of events alone misses nothing and knows when to stop. Events are numbered by the database; a
stream is resumed by asking for those after the last number seen.
"""

from __future__ import annotations

import secrets
from datetime import datetime

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from backend.errors import ConflictError, JobInterruptedError, JobNotFoundError
from backend.store.tables import JobEventTable, JobStatus, JobTable, JsonObject, utc_now

STATUS_EVENT = "status"
"""A change on the way; data: status."""
LOG_EVENT = "log"
"""Something to tell; data: message."""
END_EVENT = "end"
"""The last event of every job; data: status, slug (of the result), error (problem details)."""


class Job(BaseModel):
    """A job as it stood when it was read."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    id: str
    kind: str
    params: JsonObject
    status: JobStatus
    cancel_requested: bool
    created: datetime
    started: datetime | None
    finished: datetime | None
    error: JsonObject | None
    result: str | None
    worker_pid: int | None


class JobEvent(BaseModel):
    """One thing that happened to a job."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    id: int
    job_id: str
    kind: str
    data: JsonObject
    created: datetime


def create_job(session: Session, kind: str, params: JsonObject) -> Job:
    """Puts a job at the end of the queue."""
    row = JobTable(
        id=secrets.token_hex(8),
        kind=kind,
        params=params,
        status=JobStatus.QUEUED,
        cancel_requested=False,
        created=utc_now(),
    )
    session.add(row)
    session.flush()
    append_event(session, row.id, STATUS_EVENT, {"status": JobStatus.QUEUED})
    return Job.model_validate(row)


def get_job(session: Session, job_id: str) -> Job:
    """The job with this id.

    Raises:
        JobNotFoundError: there is none.
    """
    return Job.model_validate(_row(session, job_id))


def list_jobs(
    session: Session, *, status: JobStatus | None = None, kind: str | None = None, limit: int = 200
) -> list[Job]:
    """The newest jobs first."""
    query = select(JobTable).order_by(JobTable.created.desc(), JobTable.id).limit(limit)
    if status is not None:
        query = query.where(JobTable.status == status)
    if kind is not None:
        query = query.where(JobTable.kind == kind)
    return [Job.model_validate(row) for row in session.scalars(query)]


def active_jobs(session: Session, kind: str) -> list[Job]:
    """All queued and running jobs of a kind, oldest first."""
    query = (
        select(JobTable)
        .where(JobTable.kind == kind, JobTable.status.in_((JobStatus.QUEUED, JobStatus.RUNNING)))
        .order_by(JobTable.created, JobTable.id)
    )
    return [Job.model_validate(row) for row in session.scalars(query)]


def queue_position(session: Session, job_id: str) -> int | None:
    """How many queued jobs come before this one; None if it is not in the queue."""
    queue = session.scalars(_queue()).all()
    return queue.index(job_id) if job_id in queue else None


def claim_job(session: Session, worker_pid: int) -> Job | None:
    """Takes the oldest queued job, atomically: no two workers get the same. None if none waits."""
    oldest = _queue().limit(1).with_for_update(skip_locked=True).scalar_subquery()
    claimed = session.scalar(
        update(JobTable)
        .where(JobTable.id == oldest, JobTable.status == JobStatus.QUEUED)
        .values(status=JobStatus.RUNNING, started=utc_now(), worker_pid=worker_pid)
        .returning(JobTable.id)
        .execution_options(synchronize_session=False)
    )
    if claimed is None:
        return None
    append_event(session, claimed, STATUS_EVENT, {"status": JobStatus.RUNNING})
    return get_job(session, claimed)


def set_worker(session: Session, job_id: str, worker_pid: int) -> None:
    """Notes which process runs a job, where another one claimed it."""
    _row(session, job_id).worker_pid = worker_pid


def append_event(session: Session, job_id: str, kind: str, data: JsonObject) -> int:
    """Adds an event and returns its number, greater than every one before."""
    row = JobEventTable(job_id=job_id, kind=kind, data=data, created=utc_now())
    session.add(row)
    session.flush()
    return row.id


def events_after(
    session: Session, job_id: str, last_id: int = 0, limit: int = 1000
) -> list[JobEvent]:
    """A job's events after the number, in order."""
    rows = session.scalars(
        select(JobEventTable)
        .where(JobEventTable.job_id == job_id, JobEventTable.id > last_id)
        .order_by(JobEventTable.id)
        .limit(limit)
    )
    return [JobEvent.model_validate(row) for row in rows]


def events_of_kind(session: Session, job_id: str, kind: str) -> list[JobEvent]:
    """All of a job's events of one kind, in order."""
    rows = session.scalars(_of_kind(job_id, kind).order_by(JobEventTable.id))
    return [JobEvent.model_validate(row) for row in rows]


def latest_event(session: Session, job_id: str, kind: str) -> JobEvent | None:
    """The last of a job's events of one kind; None if there is none yet."""
    row = session.scalar(_of_kind(job_id, kind).order_by(JobEventTable.id.desc()).limit(1))
    return None if row is None else JobEvent.model_validate(row)


def finish_job(
    session: Session,
    job_id: str,
    status: JobStatus,
    *,
    result: str | None = None,
    error: JsonObject | None = None,
) -> Job:
    """Ends a running job, with a result or an error.

    Raises:
        JobNotFoundError: there is no such job.
        ConflictError: the job is not running (it was interrupted meanwhile, say), or the status
            is not a final one.
    """
    if not status.ended:
        raise ConflictError(
            f"A job cannot finish as {status.value!r}.", remedy="Use a final status."
        )
    row = _row(session, job_id, lock=True)
    if row.status is not JobStatus.RUNNING:
        raise ConflictError(
            f"Job {job_id!r} is {row.status.value}; only a running job can finish.",
            remedy="Leave it as it is: its result was not recorded.",
        )
    return _end(session, row, status, result=result, error=error)


def request_cancel(session: Session, job_id: str) -> Job:
    """Cancels a queued job at once; asks a running one to stop, which its worker sees soon.

    Raises:
        JobNotFoundError: there is no such job.
        ConflictError: the job is over.
    """
    row = _row(session, job_id, lock=True)
    if row.status.ended:
        raise ConflictError(
            f"Job {job_id!r} is {row.status.value}; only a queued or running job can be cancelled.",
            remedy="Nothing needs to be done: it uses no time any more.",
        )
    if row.status is JobStatus.QUEUED:
        return _end(session, row, JobStatus.CANCELLED)
    if not row.cancel_requested:
        row.cancel_requested = True
        append_event(session, job_id, LOG_EVENT, {"message": "Asked to stop."})
    return Job.model_validate(row)


def is_cancel_requested(session: Session, job_id: str) -> bool:
    """Whether a job should stop; cheap enough to ask twice a second."""
    query = select(JobTable.cancel_requested).where(JobTable.id == job_id)
    return bool(session.scalar(query))


def mark_interrupted(session: Session) -> list[str]:
    """Marks every running job as interrupted; called once when a server starts.

    Queued jobs stay queued and run next.
    """
    rows = session.scalars(
        select(JobTable)
        .where(JobTable.status == JobStatus.RUNNING)
        .order_by(JobTable.created)
        .with_for_update()
    ).all()
    error = JobInterruptedError("The server stopped while this job ran.").problem()
    for row in rows:
        _end(session, row, JobStatus.INTERRUPTED, error=error)
    return [row.id for row in rows]


def _of_kind(job_id: str, kind: str) -> Select[JobEventTable]:
    return select(JobEventTable).where(JobEventTable.job_id == job_id, JobEventTable.kind == kind)


def _queue() -> Select[str]:
    return (
        select(JobTable.id)
        .where(JobTable.status == JobStatus.QUEUED)
        .order_by(JobTable.created, JobTable.id)
    )


def _row(session: Session, job_id: str, *, lock: bool = False) -> JobTable:
    row = session.get(JobTable, job_id, populate_existing=True, with_for_update=lock or None)
    if row is None:
        raise JobNotFoundError(f"There is no job {job_id!r}.")
    return row


def _end(
    session: Session,
    row: JobTable,
    status: JobStatus,
    *,
    result: str | None = None,
    error: JsonObject | None = None,
) -> Job:
    row.status = status
    row.finished = utc_now()
    row.result = result
    row.error = error
    append_event(session, row.id, END_EVENT, {"status": status, "slug": result, "error": error})
    return Job.model_validate(row)
