"""Node sites: where in a transformer a node can be, and which weights join which.

A node is one channel at one site (Gao et al. 2025, section 2); a layer has eight sites. This is
the only place that spells their names, widths, order and edges.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import total_ordering
from typing import Self

from models.config import ModelConfig, TopKSite


class SiteKind(StrEnum):
    """The eight sites of a layer, in the order of the forward pass."""

    ATTN_IN = "attn.act_in"
    """Residual channel read by attention, after the norm."""
    Q = "attn.q"
    K = "attn.k"
    V = "attn.v"
    ATTN_OUT = "attn.resid_delta"
    """Residual channel written by attention, before it is added."""
    MLP_IN = "mlp.act_in"
    NEURON = "mlp.post_act"
    """Neuron after its nonlinearity."""
    MLP_OUT = "mlp.resid_delta"

    @property
    def order(self) -> int:
        """Position in the forward pass of a layer."""
        return _ORDER[self]

    @property
    def topk_site(self) -> TopKSite:
        """The name AbsTopK goes by at this site."""
        return _TOPK[self]

    @property
    def is_read(self) -> bool:
        """The node is a residual channel read by a block."""
        return self in (SiteKind.ATTN_IN, SiteKind.MLP_IN)

    @property
    def is_write(self) -> bool:
        """The node is a residual channel written by a block."""
        return self in (SiteKind.ATTN_OUT, SiteKind.MLP_OUT)


_ORDER = {kind: i for i, kind in enumerate(SiteKind)}
_TOPK = {
    SiteKind.ATTN_IN: TopKSite.ATTN_IN,
    SiteKind.Q: TopKSite.ATTN_Q,
    SiteKind.K: TopKSite.ATTN_K,
    SiteKind.V: TopKSite.ATTN_V,
    SiteKind.ATTN_OUT: TopKSite.ATTN_OUT,
    SiteKind.MLP_IN: TopKSite.MLP_IN,
    SiteKind.NEURON: TopKSite.MLP_NEURON,
    SiteKind.MLP_OUT: TopKSite.MLP_OUT,
}

EDGE_KINDS: tuple[tuple[SiteKind, SiteKind], ...] = (
    (SiteKind.ATTN_IN, SiteKind.Q),
    (SiteKind.ATTN_IN, SiteKind.K),
    (SiteKind.ATTN_IN, SiteKind.V),
    (SiteKind.V, SiteKind.ATTN_OUT),
    (SiteKind.MLP_IN, SiteKind.NEURON),
    (SiteKind.NEURON, SiteKind.MLP_OUT),
)
"""Pairs of sites of a layer that a weight matrix joins: `SparseTransformer.edge_weight`."""


@total_ordering
@dataclass(frozen=True, slots=True)
class NodeSite:
    """One site of one layer, e.g. `0.mlp.post_act`. Sorts in the order of the forward pass."""

    layer: int
    kind: SiteKind

    @property
    def name(self) -> str:
        """E.g. `0.mlp.post_act`."""
        return f"{self.layer}.{self.kind.value}"

    @classmethod
    def parse(cls, name: str) -> Self:
        """Inverse of `name`.

        Raises:
            ValueError: the name is not `<layer>.<site>`.
        """
        layer, _, kind = name.partition(".")
        if not layer.isascii() or not layer.isdigit() or kind not in _KINDS:
            raise ValueError(
                f"{name!r} is no node site: a site is <layer>.<site> with one of "
                f"{', '.join(_KINDS)}, e.g. 0.mlp.post_act"
            )
        return cls(int(layer), SiteKind(kind))

    def width(self, config: ModelConfig) -> int:
        """Number of nodes at the site."""
        match self.kind:
            case SiteKind.ATTN_IN | SiteKind.MLP_IN:
                return config.d_read
            case SiteKind.Q | SiteKind.K | SiteKind.V:
                return config.d_attn
            case SiteKind.NEURON:
                return config.d_mlp
            case SiteKind.ATTN_OUT | SiteKind.MLP_OUT:
                return config.d_model

    def __lt__(self, other: NodeSite) -> bool:
        return (self.layer, self.kind.order) < (other.layer, other.kind.order)

    def __str__(self) -> str:
        return self.name


@total_ordering
@dataclass(frozen=True, slots=True)
class Node:
    """One channel at one site, e.g. `0.mlp.post_act.863`. Sorts in forward order, then by index."""

    site: NodeSite
    index: int

    @property
    def name(self) -> str:
        """E.g. `0.mlp.post_act.863`."""
        return f"{self.site.name}.{self.index}"

    @classmethod
    def parse(cls, name: str, config: ModelConfig | None = None) -> Self:
        """Inverse of `name`; with a config the node is checked to exist in that model.

        Raises:
            ValueError: the name is no node's, or the model has no such node.
        """
        site_name, _, index = name.rpartition(".")
        if not index.isascii() or not index.isdigit():
            raise ValueError(
                f"{name!r} is no node: a node is <layer>.<site>.<index>, e.g. 0.mlp.post_act.863"
            )
        node = cls(NodeSite.parse(site_name), int(index))
        if config is not None:
            if node.site.layer >= config.n_layer:
                raise ValueError(
                    f"{name!r}: the model has layers 0 to {config.n_layer - 1}, not "
                    f"{node.site.layer}"
                )
            width = node.site.width(config)
            if node.index >= width:
                raise ValueError(
                    f"{name!r}: site {node.site} has nodes 0 to {width - 1}, not {node.index}"
                )
        return node

    def head(self, config: ModelConfig) -> int | None:
        """The head a q, k or v channel belongs to; None elsewhere."""
        if self.site.kind in (SiteKind.Q, SiteKind.K, SiteKind.V):
            return self.index // config.d_head
        return None

    def __lt__(self, other: Node) -> bool:
        return (self.site, self.index) < (other.site, other.index)

    def __str__(self) -> str:
        return self.name


@total_ordering
@dataclass(frozen=True, slots=True)
class Edge:
    """A nonzero weight from one node to another. Sorts by target, then by source."""

    source: Node
    target: Node

    @property
    def name(self) -> str:
        """E.g. `0.mlp.act_in.3>0.mlp.post_act.17`."""
        return f"{self.source.name}>{self.target.name}"

    @classmethod
    def parse(cls, name: str, config: ModelConfig | None = None) -> Self:
        """Inverse of `name`; with a config both nodes are checked to exist in that model.

        Raises:
            ValueError: the name is no edge's, no weight joins the two sites, or a node is missing.
        """
        source_name, arrow, target_name = name.partition(">")
        if not arrow:
            raise ValueError(
                f"{name!r} is no edge: an edge is <node>><node>, "
                "e.g. 0.mlp.act_in.3>0.mlp.post_act.17"
            )
        source, target = Node.parse(source_name, config), Node.parse(target_name, config)
        kinds = (source.site.kind, target.site.kind)
        if source.site.layer != target.site.layer or kinds not in EDGE_KINDS:
            raise ValueError(
                f"{name!r}: no weight joins {source.site} to {target.site}; edges run within a "
                "layer, from act_in to q, k, v or post_act, and from v or post_act to resid_delta"
            )
        return cls(source, target)

    def __lt__(self, other: Edge) -> bool:
        return (self.target, self.source) < (other.target, other.source)

    def __str__(self) -> str:
        return self.name


_KINDS = [kind.value for kind in SiteKind]


def node_sites(config: ModelConfig) -> list[NodeSite]:
    """All node sites of a model in the order of the forward pass."""
    return [NodeSite(layer, kind) for layer in range(config.n_layer) for kind in SiteKind]


def edge_sites(config: ModelConfig) -> Iterator[tuple[NodeSite, NodeSite]]:
    """All pairs of sites (source, target) that a weight matrix joins, in forward order."""
    for layer in range(config.n_layer):
        for source, target in EDGE_KINDS:
            yield NodeSite(layer, source), NodeSite(layer, target)


def count_nodes(config: ModelConfig) -> int:
    """Number of nodes of a model."""
    return sum(site.width(config) for site in node_sites(config))
