"""Reports: what a circuit was tested for, and the asking for one."""

from __future__ import annotations

from fastapi import APIRouter, Response

from backend.api.deps import ReadDep, ServicesDep, SlugPath
from backend.api.problems import responses
from backend.api.schemas.jobs import JobDetail, VerifyRequest
from backend.api.views import job_detail
from backend.circuits.faithfulness.document import FaithfulnessReport
from backend.jobs.service import check_verify, submit_verify
from backend.store import get_circuit
from backend.store import get_report as stored_report

router = APIRouter(tags=["reports"])


@router.get("/circuits/{slug}/report", responses=responses(404))
def get_report(slug: SlugPath, session: ReadDep) -> FaithfulnessReport:
    """The newest report on a circuit: every line with its interval and its criterion."""
    return stored_report(session, slug)


@router.post(
    "/circuits/{slug}/report",
    status_code=202,
    responses=responses(400, 403, 404, 409, 413, 422),
)
def start_report(
    slug: SlugPath,
    response: Response,
    services: ServicesDep,
    request: VerifyRequest | None = None,
) -> JobDetail:
    """Puts a report on a circuit in the queue; its job, named by the Location header, tells how it
    goes. While one is queued or running, asking again gives the same job.
    """
    with services.store.read() as session:
        circuit = get_circuit(session, slug)
    check_verify(services.library, circuit)
    quick = request is not None and request.quick
    with services.store.write() as session:
        detail = job_detail(session, submit_verify(session, circuit, quick=quick))
    if services.runner is not None:
        services.runner.wake()
    response.headers["Location"] = f"/api/jobs/{detail.id}"
    return detail
