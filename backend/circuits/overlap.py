"""Two circuits beside each other: what they share, against what chance would have them share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Set
from dataclasses import dataclass

from backend.circuits.circuit import Circuit
from backend.circuits.faithfulness.metrics import jaccard
from models.config import ModelConfig
from models.sites import Node, node_sites


@dataclass(frozen=True)
class SiteCount:
    """Nodes at one site.

    Attributes:
        site: its name.
        left: of the first circuit.
        right: of the second one.
        shared: of both; None where names mean different nodes.
    """

    site: str
    left: int
    right: int
    shared: int | None


@dataclass(frozen=True)
class Shared:
    """What two circuits of one checkpoint have in common.

    Attributes:
        nodes: names.
        edges: kept by both, `source>target`.
        node_overlap: intersection over union (Jaccard 1901).
        edge_overlap: likewise, of kept edges.
        nodes_by_chance: shared by two sets of these sizes at each site, drawn at random: the sum
            over sites of left * right / width, the mean of the hypergeometric distribution.
    """

    nodes: list[str]
    edges: list[str]
    node_overlap: float
    edge_overlap: float
    nodes_by_chance: float


@dataclass(frozen=True)
class Overlap:
    """Two circuits compared.

    Attributes:
        sites: where either has nodes.
        shared: None for circuits of different checkpoints: a name means another node in each.
    """

    sites: list[SiteCount]
    shared: Shared | None


def overlap(left: Circuit, right: Circuit, config: ModelConfig) -> Overlap:
    """Compares two circuits.

    Args:
        left: a circuit.
        right: another one, of any checkpoint.
        config: of the left one's checkpoint.
    """
    is_same = left.provenance.checkpoint_digest == right.provenance.checkpoint_digest
    both = set(left.nodes) & set(right.nodes) if is_same else set()
    counts = [_by_site(nodes) for nodes in (left.nodes, right.nodes, both)]
    names = [site.name for site in node_sites(config)]
    names += sorted(counts[1].keys() - set(names))
    return Overlap(
        sites=[
            SiteCount(name, counts[0][name], counts[1][name], counts[2][name] if is_same else None)
            for name in names
            if counts[0][name] or counts[1][name]
        ],
        shared=_shared(left, right, both, config) if is_same else None,
    )


def _shared(left: Circuit, right: Circuit, both: Set[str], config: ModelConfig) -> Shared:
    edges = [
        {f"{edge.source}>{edge.target}" for edge in circuit.edges if edge.kept}
        for circuit in (left, right)
    ]
    counts = [_by_site(circuit.nodes) for circuit in (left, right)]
    return Shared(
        nodes=[name for name in left.nodes if name in both],
        edges=sorted(edges[0] & edges[1]),
        node_overlap=jaccard(set(left.nodes), set(right.nodes)),
        edge_overlap=jaccard(*edges),
        nodes_by_chance=sum(
            counts[0][site.name] * counts[1][site.name] / site.width(config)
            for site in node_sites(config)
        ),
    )


def _by_site(nodes: list[str] | set[str]) -> Counter[str]:
    return Counter(Node.parse(name).site.name for name in nodes)
