"""Nodes and edges of a model as numbers, for work on thousands of circuits at once.

Nodes are numbered in forward order, edges (the nonzero weights) by their source, site pair by site
pair. A circuit is then two arrays of booleans.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from backend.circuits.nodes import NodeSet, by_site
from models.config import ModelConfig
from models.sites import Edge, Node, NodeSite, edge_sites, node_sites
from models.transformer import SparseTransformer

Flags = npt.NDArray[np.uint8]
Ids = npt.NDArray[np.int64]


@dataclass(frozen=True)
class SitePair:
    """The nonzero weights from one site to another, by source.

    Attributes:
        source, target: the sites.
        starts: [source width + 1] number of the first edge of each source node.
    """

    source: NodeSite
    target: NodeSite
    starts: Ids


def toggle(keep: Flags, dropped: Flags, numbers: Iterable[int]) -> None:
    """Toggle nodes, and edges by their number plus that of all nodes, in place."""
    nodes = len(keep)
    for number in numbers:
        if number < nodes:
            keep[number] ^= 1
        else:
            dropped[number - nodes] ^= 1


class Numbering:
    """The numbers of a model's nodes and edges.

    Args:
        model: whose nonzero weights are the edges.

    Attributes:
        nodes: how many nodes there are.
        edges: how many edges there are.
        pairs: in forward order.
        sources: [edges] number of each edge's source node.
        targets: [edges] number of each edge's target node.
        rows: [edges] index of the target within its site.
        weights: [edges] float32.
    """

    def __init__(self, model: SparseTransformer) -> None:
        self.config: ModelConfig = model.config
        widths = [site.width(self.config) for site in node_sites(self.config)]
        starts = np.concatenate([[0], np.cumsum(widths)])
        self.first = dict(zip(node_sites(self.config), starts.tolist(), strict=False))
        self.nodes = int(starts[-1])
        self.pairs: list[SitePair] = []
        rows, weights, sources, targets = [], [], [], []
        self.edges = 0
        for source, target in edge_sites(self.config):
            matrix = model.edge_weight(source, target).detach().T  # [source, target]
            column, row = (each.numpy() for each in matrix.nonzero(as_tuple=True))
            counts = np.bincount(column, minlength=matrix.shape[0])
            begin = self.edges + np.concatenate([[0], np.cumsum(counts)])
            self.pairs.append(SitePair(source, target, begin.astype(np.int64)))
            self.edges += len(column)
            rows.append(row)
            weights.append(matrix[column, row].float().numpy())
            sources.append(column + self.first[source])
            targets.append(row + self.first[target])
        self.rows: Ids = np.concatenate(rows)
        self.weights: npt.NDArray[np.float32] = np.concatenate(weights)
        self.sources: Ids = np.concatenate(sources)
        self.targets: Ids = np.concatenate(targets)

    @cached_property
    def all_nodes(self) -> list[Node]:
        """Every node, in the order of the numbers."""
        return [
            Node(site, index)
            for site in node_sites(self.config)
            for index in range(site.width(self.config))
        ]

    def node(self, node: Node) -> int:
        """The number of a node."""
        return int(self.first[node.site]) + node.index

    def keep(self, nodes: NodeSet) -> Flags:
        """[nodes] 1 where a node is in the set."""
        masks = [nodes.mask(site) for site in node_sites(self.config)]
        return torch.cat(masks).to(torch.uint8).numpy().copy()

    def node_set(self, keep: npt.NDArray[Any]) -> NodeSet:
        """Inverse of `keep`."""
        return NodeSet(self.config, by_site(self.config, torch.from_numpy(keep.astype(bool))))

    def dropped(self, edges: Iterable[Edge]) -> Flags:
        """[edges] 1 at each of the given edges; those that have no weight are left out."""
        flags = np.zeros(self.edges, np.uint8)
        wanted = {(self.node(edge.source), self.node(edge.target)) for edge in edges}
        if wanted:
            among = np.isin(self.sources, [source for source, _ in wanted]).nonzero()[0]
            for number in among.tolist():
                if (int(self.sources[number]), int(self.targets[number])) in wanted:
                    flags[number] = 1
        return flags

    def edge_set(self, flags: npt.NDArray[Any]) -> frozenset[Edge]:
        """The edges whose flag is set."""
        names = self.all_nodes
        return frozenset(
            Edge(names[self.sources[number]], names[self.targets[number]])
            for number in flags.nonzero()[0].tolist()
        )

    def induced(self, keep: npt.NDArray[Any]) -> Ids:
        """Numbers of the edges between kept nodes."""
        ends = keep[self.sources].astype(bool) & keep[self.targets].astype(bool)
        numbers: Ids = ends.nonzero()[0]
        return numbers
