"""Asking for a circuit."""

from __future__ import annotations

from fastapi import APIRouter, Response

from backend.api.deps import ServicesDep
from backend.api.problems import responses
from backend.api.schemas.jobs import JobDetail, SearchRequest
from backend.api.views import job_detail
from backend.jobs.params import SearchParams
from backend.jobs.service import check_search, submit_search

router = APIRouter(tags=["jobs"])


@router.post("/searches", status_code=202, responses=responses(400, 403, 404, 413, 422))
def start_search(request: SearchRequest, response: Response, services: ServicesDep) -> JobDetail:
    """Puts a search in the queue; its job, named by the Location header, tells how it goes."""
    params = SearchParams.model_validate(request.model_dump())
    check_search(services.library, params)
    with services.store.write() as session:
        detail = job_detail(session, submit_search(session, params))
    if services.runner is not None:
        services.runner.wake()
    response.headers["Location"] = f"/api/jobs/{detail.id}"
    return detail
