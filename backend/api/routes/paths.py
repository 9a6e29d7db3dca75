"""Paths: the sizes that a search passed through, and the opening of one."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Response

from backend.api.deps import ReadDep, ServicesDep, SlugPath
from backend.api.problems import responses
from backend.api.routes.circuits import open_checkpoint
from backend.api.schemas.circuits import CircuitPath, CircuitSummary
from backend.api.views import circuit_path, circuit_summary
from backend.circuits.path import open_size
from backend.jobs.service import find_task
from backend.store import get_circuit, get_summary, save_circuit

router = APIRouter(tags=["paths"])

NodesPath = Annotated[int, Path(alias="nodes", ge=1, le=2**31 - 1, description="so many nodes")]


@router.get("/circuits/{slug}/path", responses=responses(404))
def get_path(slug: SlugPath, session: ReadDep) -> CircuitPath:
    """The sizes on a circuit's path with their losses, smallest first."""
    return circuit_path(get_circuit(session, slug))


@router.post(
    "/circuits/{slug}/path/{nodes}",
    status_code=201,
    responses={
        200: {"description": "It was stored before", "model": CircuitSummary},
        **responses(403, 404, 409, 413, 422),
    },
)
def open_path(
    slug: SlugPath, nodes: NodesPath, response: Response, services: ServicesDep
) -> CircuitSummary:
    """Opens a size on a circuit's path: measures that circuit on test pairs and stores it."""
    with services.store.read() as session:
        circuit = get_circuit(session, slug)
    with services.evaluating:
        opened = open_size(
            open_checkpoint(circuit, services.library), find_task(circuit.task), circuit, nodes
        )
    with services.store.write() as session:
        new = save_circuit(session, opened)
        summary = circuit_summary(get_summary(session, opened.slug))
    response.status_code = HTTPStatus.CREATED if new else HTTPStatus.OK
    response.headers["Location"] = f"/api/circuits/{opened.slug}"
    return summary
