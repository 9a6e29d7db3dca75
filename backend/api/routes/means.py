"""Node means of checkpoints: whether there are any, and the asking for them."""

from __future__ import annotations

from fastapi import APIRouter, Response

from backend.api.deps import CheckpointPath, ReadDep, ServicesDep
from backend.api.problems import responses
from backend.api.schemas.jobs import JobDetail, MeansRequest
from backend.api.schemas.means import CheckpointMeans, NodeMeansSource
from backend.api.views import job_detail
from backend.jobs.means_job import check_means
from backend.jobs.params import MeansParams
from backend.jobs.service import running_means, submit_means
from models.checkpoints.base import NODE_MEANS_FILE

router = APIRouter(tags=["checkpoints"])


@router.get("/checkpoints/{name}/means", responses=responses(404, 422))
def get_means(name: CheckpointPath, services: ServicesDep, session: ReadDep) -> CheckpointMeans:
    """A checkpoint's node means: where they come from, or the job that computes them."""
    described = services.library.describe(name)
    source, job = described["node_means"], running_means(session, name)
    return CheckpointMeans(
        source=None if source is None else NodeMeansSource(**source),
        own=(services.library.path_of(name) / NODE_MEANS_FILE).exists(),
        has_tokenizer=described["has_tokenizer"],
        computing=None if job is None else job_detail(session, job),
    )


@router.post(
    "/checkpoints/{name}/means",
    status_code=202,
    responses=responses(400, 403, 404, 409, 413, 422),
)
def start_means(
    name: CheckpointPath, request: MeansRequest, response: Response, services: ServicesDep
) -> JobDetail:
    """Puts the computation of a checkpoint's node means in the queue; its job, named by the
    Location header, tells how it goes. They are kept in the data folder.
    """
    params = MeansParams(checkpoint=name, **request.model_dump())
    check_means(services.library, params)
    with services.store.write() as session:
        detail = job_detail(session, submit_means(session, params))
    if services.runner is not None:
        services.runner.wake()
    response.headers["Location"] = f"/api/jobs/{detail.id}"
    return detail
