"""Circuits: listed, read, drawn, and asked what if."""

from __future__ import annotations

import dataclasses
import time
from typing import Annotated

from fastapi import APIRouter, Query, Response

from backend.api.deps import ReadDep, Services, ServicesDep, SlugPath
from backend.api.problems import responses
from backend.api.schemas.answers import (
    EffectsRequest,
    EffectsResponse,
    EvaluateRequest,
    EvaluateResponse,
    WhatIf,
)
from backend.api.schemas.circuits import CircuitDetail, CircuitGraph, CircuitSummary
from backend.api.views import circuit_summary
from backend.circuits.answer import answer
from backend.circuits.bundle import Bundle
from backend.circuits.circuit import Circuit
from backend.circuits.effects import effects
from backend.circuits.graph import graph_document
from backend.circuits.question import Question
from backend.jobs.service import find_task
from backend.library import CheckpointLibrary
from backend.store import get_bundle as stored_bundle
from backend.store import get_circuit, get_summary
from backend.store import list_circuits as stored_circuits
from models.checkpoints.base import Checkpoint

router = APIRouter(tags=["circuits"])


@router.get("/circuits")
def list_circuits(
    session: ReadDep,
    checkpoint: Annotated[str | None, Query(description="name of a checkpoint")] = None,
    task: Annotated[str | None, Query(description="name of a task")] = None,
) -> list[CircuitSummary]:
    """Stored circuits by checkpoint and task; of one task those that meet the target, smallest
    first, before the others.
    """
    return [circuit_summary(stored) for stored in stored_circuits(session, checkpoint, task)]


@router.get("/circuits/{slug}", responses=responses(404))
def get_one_circuit(slug: SlugPath, session: ReadDep) -> CircuitDetail:
    """A circuit as stored: nodes, edges, losses, provenance."""
    return CircuitDetail(
        circuit=get_circuit(session, slug), summary=circuit_summary(get_summary(session, slug))
    )


@router.get("/circuits/{slug}/graph", response_model=CircuitGraph, responses=responses(404, 409))
def get_graph(slug: SlugPath, session: ReadDep, services: ServicesDep) -> Response:
    """The drawing: nodes in rows, edges with weights, joins and q-k products."""
    circuit = get_circuit(session, slug)
    open_checkpoint(circuit, services.library)  # one that is gone, or changed, is told each time

    def draw() -> bytes:
        return circuit_graph(circuit, services.library).model_dump_json().encode()

    return Response(services.drawn.get(slug, draw), media_type="application/json")


@router.get("/circuits/{slug}/bundle", responses=responses(404))
def get_bundle(slug: SlugPath, session: ReadDep, response: Response) -> Bundle:
    """A circuit, its report and its words, to import where the same URL path then opens it."""
    bundle = stored_bundle(session, slug)
    response.headers["Content-Disposition"] = f'attachment; filename="{slug}.bundle.json"'
    return bundle


@router.post("/circuits/{slug}/evaluate", responses=responses(400, 403, 404, 409, 413, 422))
def evaluate_circuit(
    slug: SlugPath, request: EvaluateRequest, services: ServicesDep
) -> EvaluateResponse:
    """What if: the kept set is (base of the mode + restored) - ablated, of nodes and of edges.

    Nothing is written: this is a POST for the length of its question.
    """
    start = time.perf_counter()
    return _answer(slug, request, services, start)


@router.post("/circuits/{slug}/effects", responses=responses(400, 403, 404, 409, 413, 422))
def circuit_effects(
    slug: SlugPath, request: EffectsRequest, services: ServicesDep
) -> EffectsResponse:
    """What toggling each part of a circuit changes, by itself, under the same intervention.

    Nothing is written. Others are answered between two parts; ask for many in several requests.
    """
    start = time.perf_counter()
    circuit, checkpoint = opened(slug, services)
    found = effects(
        checkpoint,
        find_task(circuit.task),
        circuit,
        question_of(request),
        request.parts,
        services.evaluating,
    )
    return EffectsResponse(
        slug=slug,
        request=request,
        milliseconds=(time.perf_counter() - start) * 1000,
        **dataclasses.asdict(found),
    )


def _answer(
    slug: str, request: EvaluateRequest, services: Services, start: float
) -> EvaluateResponse:
    circuit, checkpoint = opened(slug, services)
    question = dataclasses.replace(
        question_of(request), references=request.references, prompt=request.prompt
    )
    with services.evaluating:
        found = answer(checkpoint, find_task(circuit.task), circuit, question)
    return EvaluateResponse(
        slug=slug,
        request=request,
        milliseconds=(time.perf_counter() - start) * 1000,
        **dataclasses.asdict(found),
    )


def opened(slug: str, services: Services) -> tuple[Circuit, Checkpoint]:
    """A circuit and its checkpoint; raises the errors of `open_checkpoint`."""
    with services.store.read() as session:
        circuit = get_circuit(session, slug)
    return circuit, open_checkpoint(circuit, services.library)


def question_of(request: WhatIf) -> Question:
    """The question of a request, without what only some requests have."""
    return Question(**{name: getattr(request, name) for name in WhatIf.model_fields})


def open_checkpoint(circuit: Circuit, library: CheckpointLibrary) -> Checkpoint:
    """The checkpoint a circuit was found in.

    Raises:
        CheckpointNotFoundError: it is not on this instance.
        ConflictError: it has other node means now.
    """
    source = circuit.provenance
    return library.open_for(source.checkpoint, source.checkpoint_digest, source.means_digest)


def circuit_graph(circuit: Circuit, library: CheckpointLibrary) -> CircuitGraph:
    """The drawing of a circuit; raises the errors of `open_checkpoint`."""
    document = graph_document(circuit, open_checkpoint(circuit, library))
    return CircuitGraph.model_validate(document)
