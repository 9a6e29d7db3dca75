"""Jobs: where they stand, what happens to them, and how to stop them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query
from fastapi.sse import EventSourceResponse, ServerSentEvent
from sqlalchemy.orm import Session

from backend.api.deps import JobPath, ReadDep, ServicesDep, StoreDep
from backend.api.events import job_events
from backend.api.problems import responses
from backend.api.schemas.jobs import JobDetail
from backend.api.views import job_detail
from backend.circuits.figures import progress_figure
from backend.jobs.reporter import PROGRESS_EVENT
from backend.store import events_of_kind, get_job, request_cancel
from backend.store import list_jobs as stored_jobs

MAX_JOBS = 200

router = APIRouter(tags=["jobs"])


@router.get("/jobs")
def list_jobs(
    session: ReadDep, limit: Annotated[int, Query(ge=1, le=MAX_JOBS)] = 50
) -> list[JobDetail]:
    """The newest jobs first."""
    return [job_detail(session, job) for job in stored_jobs(session, limit=limit)]


@router.get("/jobs/{id}", responses=responses(404, 422))
def get_one_job(job_id: JobPath, session: ReadDep) -> JobDetail:
    """A job and where it stands."""
    return job_detail(session, get_job(session, job_id))


def _existing_job(job_id: JobPath, store: StoreDep) -> str:
    with store.read() as session:
        return get_job(session, job_id).id


ExistingJob = Annotated[str, Depends(_existing_job)]
"""A job's id, checked before the stream begins: later a 404 could no longer be sent."""


@router.get("/jobs/{id}/events", response_class=EventSourceResponse, responses=responses(404, 422))
async def stream_events(
    job_id: ExistingJob,
    store: StoreDep,
    last_event_id: Annotated[
        int, Header(ge=0, le=2**63 - 1, description="go on after this event")
    ] = 0,
) -> AsyncIterator[ServerSentEvent]:
    """Server-sent events: `status`, `progress`, `log`, and `end` as the last one."""
    async for event in job_events(store, job_id, last_event_id):
        yield event


@router.get("/jobs/{id}/figure", responses=responses(404, 422))
def get_figure(job_id: JobPath, session: ReadDep) -> dict[str, Any]:
    """Loss and size against step, as a Plotly figure: data and layout."""
    get_job(session, job_id)
    return progress_of(session, job_id)


@router.delete("/jobs/{id}", responses=responses(400, 403, 404, 409, 422))
def cancel_job(job_id: JobPath, services: ServicesDep) -> JobDetail:
    """Cancels a queued job at once, and asks a running one to stop."""
    with services.store.write() as session:
        detail = job_detail(session, request_cancel(session, job_id))
    if services.runner is not None:
        services.runner.wake()
    return detail


def progress_of(session: Session, job_id: str) -> dict[str, Any]:
    """A job's progress as a Plotly figure; what has no loss is not in it."""
    events = events_of_kind(session, job_id, PROGRESS_EVENT)
    return progress_figure([event.data for event in events if "loss" in event.data])
