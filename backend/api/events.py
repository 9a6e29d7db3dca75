"""A job's events as a stream: what is stored, from an id on, and then what is added.

Ids of the stream are ids of rows, so that a stream can be resumed at any server with the same
database. The last event is always `end`; it carries the id of the last row, and asking again after
that id gives `end` alone: a client that does not close the stream learns the same once more.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import anyio
from anyio.to_thread import run_sync
from fastapi.sse import ServerSentEvent

from backend.api.schemas.base import Problem
from backend.api.schemas.jobs import JobEventKind
from backend.api.views import job_problem
from backend.jobs.reporter import PROGRESS_EVENT
from backend.store import END_EVENT, LOG_EVENT, STATUS_EVENT, JobEvent, Store, events_after, get_job

POLL_SECONDS = 0.25
RETRY_MILLISECONDS = 1000
"""How long a browser waits before it connects again."""
_PAGE = 500


async def job_events(store: Store, job_id: str, last_id: int) -> AsyncIterator[ServerSentEvent]:
    """Every event of a job after an id, those to come included, and `end`."""
    yield ServerSentEvent(retry=RETRY_MILLISECONDS, comment=f"job {job_id}")
    while True:
        events, end = await run_sync(_look, store, job_id, last_id)
        for event in events:
            last_id = event.id
            if event.kind != END_EVENT:
                yield _to_event(event)
        if end is not None:
            yield ServerSentEvent(event=JobEventKind.END, data=end, id=str(last_id))
            return
        if len(events) < _PAGE:
            await anyio.sleep(POLL_SECONDS)


def _look(
    store: Store, job_id: str, last_id: int
) -> tuple[list[JobEvent], dict[str, object] | None]:
    """New events, and the data of `end` if none will follow; one consistent view of both."""
    with store.read() as session:
        job = get_job(session, job_id)
        events = events_after(session, job_id, last_id, limit=_PAGE)
    if not job.status.ended or len(events) == _PAGE:
        return events, None
    error: Problem | None = job_problem(job.error)
    return events, {
        "status": job.status,
        "slug": job.result,
        "error": None if error is None else error.model_dump(),
    }


def _to_event(event: JobEvent) -> ServerSentEvent:
    if event.kind == STATUS_EVENT:
        data = {"status": event.data["status"]}
        return ServerSentEvent(event=JobEventKind.STATUS, data=data, id=str(event.id))
    if event.kind == PROGRESS_EVENT:
        return ServerSentEvent(event=JobEventKind.PROGRESS, data=event.data, id=str(event.id))
    message = event.data["message"] if event.kind == LOG_EVENT else event.kind.replace("_", " ")
    return ServerSentEvent(event=JobEventKind.LOG, data={"message": message}, id=str(event.id))
