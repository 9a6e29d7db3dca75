"""A circuit in a few bytes an edge: without its path, edges by the numbers of their nodes.

A dense checkpoint's circuit has thousands of edges, a search's path ranks every node of the model;
hundreds of such documents are too much to come with a program. What is left out besides the path is
nothing: weights are float32, and their shortest decimal form gives them back exactly.

    base64(xz(json {..., "edges": [[source, target, weight, kept], ...]}))
"""

from __future__ import annotations

import base64
import json
import lzma
from binascii import Error as Base64Error

import numpy as np
from pydantic import BaseModel, ConfigDict

from backend.circuits.circuit import Circuit, CircuitEdge
from backend.errors import StoreError


class CircuitNumbers(BaseModel):
    """What lists show of any circuit and sort by."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    slug: str
    checkpoint: str
    checkpoint_digest: str
    task: str
    node_count: int
    induced_edges: int
    kept_edges: int
    task_loss: float
    accuracy: float
    target_loss: float
    meets_target: bool
    method: str
    seed: int
    seconds: float

    @classmethod
    def of(cls, circuit: Circuit) -> CircuitNumbers:
        """A circuit's."""
        source = circuit.provenance
        return CircuitNumbers(
            slug=circuit.slug,
            checkpoint=circuit.checkpoint,
            checkpoint_digest=source.checkpoint_digest,
            task=circuit.task,
            node_count=len(circuit.nodes),
            induced_edges=circuit.induced_edges,
            kept_edges=circuit.kept_edges,
            task_loss=circuit.task_loss,
            accuracy=circuit.accuracy,
            target_loss=source.target_loss,
            meets_target=circuit.meets_target,
            method=source.method,
            seed=source.seed,
            seconds=source.seconds,
        )


class CompactCircuit(CircuitNumbers):
    """A circuit made compact, to be stored and listed without being expanded."""

    nodes: list[str]
    document: str

    @classmethod
    def of(cls, circuit: Circuit) -> CompactCircuit:
        """A circuit made compact."""
        numbers = CircuitNumbers.of(circuit).model_dump()
        return CompactCircuit(**numbers, nodes=circuit.nodes, document=compact(circuit))


def compact(circuit: Circuit) -> str:
    """The circuit without its path, as text."""
    place = {name: number for number, name in enumerate(circuit.nodes)}
    document = circuit.model_dump(mode="json", exclude={"path", "edges"})
    document["edges"] = [
        [place[edge.source], place[edge.target], _shortest(edge.weight), int(edge.kept)]
        for edge in circuit.edges
    ]
    packed = lzma.compress(json.dumps(document, separators=(",", ":")).encode())
    return base64.b64encode(packed).decode("ascii")


def expanded(text: str) -> Circuit:
    """The circuit that `compact` made a text of.

    Raises:
        StoreError: the text is damaged.
    """
    try:
        document = json.loads(lzma.decompress(base64.b64decode(text, validate=True)))
        nodes, edges = document["nodes"], document.pop("edges")
        return Circuit(
            **document,
            edges=[
                CircuitEdge(
                    source=nodes[source],
                    target=nodes[target],
                    weight=float(np.float32(weight)),
                    kept=bool(kept),
                )
                for source, target, weight, kept in edges
            ],
        )
    except (Base64Error, lzma.LZMAError, ValueError, KeyError, IndexError, TypeError) as error:
        raise StoreError(
            f"A compact circuit cannot be read: {error}.",
            remedy="Install Circuit Explorer again, or search the circuit anew.",
        ) from error


def _shortest(weight: float) -> float:
    """The shortest decimal number that is the same float32."""
    return float(np.format_float_positional(np.float32(weight), unique=True))
