"""Edges in and out of a node: those of the circuit by name, those outside it by number."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from backend.circuits.inspector.subject import Subject
from models.anatomy import NodeWeight, weights_in, weights_out
from models.sites import Edge, Node


@dataclass(frozen=True)
class EdgeEnd:
    """An edge of the node, by what is at its other end.

    Attributes:
        node: at the other end.
        weight: of the edge.
        kept: False for an edge that was pruned from the circuit, its ends kept.
    """

    node: str
    weight: float
    kept: bool


@dataclass(frozen=True)
class EdgeSide:
    """The edges on one side of a node.

    Attributes:
        total: nonzero weights of the model.
        used: those that the circuit keeps.
        circuit: those between nodes of the circuit, strongest first.
        outside: the strongest of those that are not.
    """

    total: int
    used: int
    circuit: list[EdgeEnd]
    outside: list[EdgeEnd]

    @property
    def outside_total(self) -> int:
        """Edges of the model that do not join the node to one of the circuit's."""
        return self.total - len(self.circuit)


@dataclass(frozen=True)
class NodeEdges:
    """The edges of a node in the model, and which of them the circuit uses."""

    into: EdgeSide
    out: EdgeSide


OUTSIDE = 20
"""Edges outside the circuit that are listed."""


def node_edges(subject: Subject) -> NodeEdges:
    """Nonzero weights into and out of a node, in the circuit and outside it."""
    model, node = subject.checkpoint.model, subject.node
    return NodeEdges(
        into=_side(subject, weights_in(model, node), lambda other: Edge(other, node)),
        out=_side(subject, weights_out(model, node), lambda other: Edge(node, other)),
    )


def _side(subject: Subject, weights: list[NodeWeight], edge: Callable[[Node], Edge]) -> EdgeSide:
    inside: list[EdgeEnd] = []
    outside: list[EdgeEnd] = []
    for each in weights:
        joined = subject.in_circuit and each.node in subject.nodes
        kept = joined and edge(each.node) not in subject.dropped
        (inside if joined else outside).append(EdgeEnd(each.node.name, each.weight, kept))
    return EdgeSide(
        total=len(weights),
        used=sum(end.kept for end in inside),
        circuit=inside,
        outside=outside[:OUTSIDE],
    )
