"""Edges of a circuit: the nonzero weights between its nodes, less those pruned on their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from torch import Tensor

from backend.circuits.ablation import Intervention, Values
from backend.circuits.circuit import Circuit, CircuitEdge
from backend.circuits.nodes import NodeSet
from backend.errors import InvalidRequestError
from models.config import ModelConfig
from models.sites import Edge, Node, NodeSite, edge_sites
from models.transformer import SparseTransformer

EdgeSet = frozenset[Edge]

NO_EDGES: EdgeSet = frozenset()


def parse_edges(names: Iterable[str], config: ModelConfig) -> EdgeSet:
    """Edges by name, e.g. `0.mlp.act_in.3>0.mlp.post_act.17`.

    Raises:
        InvalidRequestError: a name is no edge's, no weight joins the two sites, or the model has
            no such node.
    """
    edges = set()
    for name in names:
        try:
            edges.add(Edge.parse(name, config))
        except ValueError as error:
            raise InvalidRequestError(
                str(error), remedy="Name edges of this checkpoint, as its circuits do."
            ) from None
    return frozenset(edges)


def dropped_edges(circuit: Circuit) -> EdgeSet:
    """The edges between a circuit's nodes that were pruned from it."""
    return frozenset(
        Edge.parse(f"{edge.source}>{edge.target}") for edge in circuit.edges if not edge.kept
    )


def circuit_alone(nodes: NodeSet, values: Values, dropped: EdgeSet = NO_EDGES) -> Intervention:
    """A circuit alone: everything outside it ablated.

    Args:
        nodes: the circuit's.
        values: what ablated nodes get.
        dropped: edges between its nodes that are none of the circuit's.
    """
    return Intervention(~nodes, values, dropped)


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


def induced_edges(
    model: SparseTransformer, nodes: NodeSet, dropped: EdgeSet = NO_EDGES
) -> list[CircuitEdge]:
    """The nonzero weights between the nodes, in forward order.

    Args:
        model: whose weights.
        nodes: a circuit's.
        dropped: edges that are pruned from it: listed, but not kept.
    """
    edges = []
    for source, target, sources, targets, weight in _kept_weights(model, nodes):
        for row, column in weight.nonzero().tolist():
            edge = Edge(Node(source, int(sources[column])), Node(target, int(targets[row])))
            edges.append(
                CircuitEdge(
                    source=edge.source.name,
                    target=edge.target.name,
                    weight=float(weight[row, column]),
                    kept=edge not in dropped,
                )
            )
    return edges
