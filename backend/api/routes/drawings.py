"""Drawings of a circuit: other sizes on its path, and what nodes and edges are coloured by."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from backend.api.deps import LibraryDep, ReadDep, ServicesDep, SlugPath
from backend.api.problems import responses
from backend.api.routes.circuits import open_checkpoint
from backend.api.routes.inspector import Seed
from backend.api.routes.paths import NodesPath
from backend.api.schemas.circuits import CircuitGraph
from backend.api.schemas.drawings import NodeValues, SingleEffects
from backend.api.views import token_text
from backend.circuits.circuit import Circuit
from backend.circuits.graph import graph_document
from backend.circuits.inspector.attention import Example
from backend.circuits.inspector.values import values_at
from backend.circuits.needs import tokenizer_of
from backend.circuits.path import at_size
from backend.circuits.single_effects import Part, single_effects
from backend.jobs.service import find_task
from backend.store import get_circuit
from models.checkpoints import Checkpoint
from tasks import Split, Task

router = APIRouter(prefix="/circuits/{slug}", tags=["drawings"])


@dataclass(frozen=True)
class _Drawn:
    circuit: Circuit
    checkpoint: Checkpoint

    @property
    def task(self) -> Task:
        return find_task(self.circuit.task)


def _drawn(
    slug: SlugPath,
    session: ReadDep,
    library: LibraryDep,
    size: Annotated[
        int | None, Query(ge=1, le=2**31 - 1, description="nodes of a size on its path")
    ] = None,
) -> _Drawn:
    """The circuit of the path, or a size on its path."""
    circuit = get_circuit(session, slug)
    checkpoint = open_checkpoint(circuit, library)
    return _Drawn(at_size(checkpoint, circuit, size), checkpoint)


DrawnDep = Annotated[_Drawn, Depends(_drawn)]


@router.get("/path/{nodes}/graph", responses=responses(404, 409, 422))
def get_size_graph(
    slug: SlugPath, nodes: NodesPath, session: ReadDep, library: LibraryDep
) -> CircuitGraph:
    """The drawing of a size on the circuit's path, with all edges between its nodes."""
    circuit = get_circuit(session, slug)
    checkpoint = open_checkpoint(circuit, library)
    document = graph_document(at_size(checkpoint, circuit, nodes), checkpoint)
    return CircuitGraph.model_validate(document)


@router.get("/single_effects", responses=responses(404, 409, 422))
def get_single_effects(
    drawn: DrawnDep,
    services: ServicesDep,
    part: Annotated[Part, Query(description="what is ablated, one at a time")] = "nodes",
    split: Split = Split.TEST,
    seed: Seed = 0,
) -> SingleEffects:
    """What ablating each node, or each kept edge, alone changes in the circuit alone."""
    effects = single_effects(
        drawn.checkpoint, drawn.task, drawn.circuit, part, split, seed, services.evaluating
    )
    return SingleEffects(effects=effects)


@router.get("/values", responses=responses(404, 409, 422))
def get_values(
    drawn: DrawnDep,
    services: ServicesDep,
    split: Split = Split.TEST,
    seed: Seed = 0,
    pair: Annotated[int, Query(ge=0, description="number of a pair")] = 0,
    second: Annotated[bool, Query(description="its second sequence, not its first")] = False,
    position: Annotated[
        int | None, Query(ge=0, description="of the token; the last if left out")
    ] = None,
) -> NodeValues:
    """Activations of all nodes at one token, in the whole model and in the circuit alone."""
    example = Example(split, seed, pair, second, position)
    with services.evaluating:
        found = values_at(drawn.checkpoint, drawn.task, drawn.circuit, example)
    tokenizer = tokenizer_of(drawn.checkpoint)
    tokens = [token_text(tokenizer, token) for token in found.tokens]
    return NodeValues(**dataclasses.asdict(found) | {"tokens": tokens})
