"""Edges of a circuit: the nonzero weights between its nodes."""

from __future__ import annotations

from collections.abc import Iterator

from torch import Tensor

from backend.circuits.circuit import CircuitEdge
from backend.circuits.nodes import NodeSet
from models.sites import Node, NodeSite, edge_sites
from models.transformer import SparseTransformer


def _kept_weights(
    model: SparseTransformer, nodes: NodeSet
) -> Iterator[tuple[NodeSite, NodeSite, Tensor, Tensor, Tensor]]:
    """For each pair of joined sites: sources, targets [kept], weights [targets, sources]."""
    for source, target in edge_sites(model.config):
        sources = nodes.mask(source).nonzero().flatten()
        targets = nodes.mask(target).nonzero().flatten()
        if len(sources) and len(targets):
            weight = model.edge_weight(source, target)[targets[:, None], sources]
            yield source, target, sources, targets, weight


def count_edges(model: SparseTransformer, nodes: NodeSet) -> int:
    """`induced_edges`: nonzero weights between the nodes (Gao et al. 2025, section 2)."""
    return sum(int(weight.count_nonzero()) for *_, weight in _kept_weights(model, nodes))


def induced_edges(model: SparseTransformer, nodes: NodeSet) -> list[CircuitEdge]:
    """The nonzero weights between the nodes, in forward order."""
    edges = []
    for source, target, sources, targets, weight in _kept_weights(model, nodes):
        for row, column in weight.nonzero().tolist():
            edges.append(
                CircuitEdge(
                    source=Node(source, int(sources[column])).name,
                    target=Node(target, int(targets[row])).name,
                    weight=float(weight[row, column]),
                )
            )
    return edges
