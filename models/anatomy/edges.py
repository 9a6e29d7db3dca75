"""Edges in and out of every node, and which nodes they leave alive."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from models.sites import NodeSite, SiteKind, node_sites
from models.sparse_linear import SparseLinear
from models.transformer import Block, SparseTransformer

_QKV = (SiteKind.Q, SiteKind.K, SiteKind.V)
"""In the order of the rows of `Attention.qkv`."""

WeightMap = tuple[nn.Linear, SiteKind, tuple[SiteKind, ...]]
"""A map, the site it reads and the sites it ends at, whose nodes are its rows in this order."""


def weight_maps(model: SparseTransformer, layer: int) -> tuple[WeightMap, ...]:
    """The four maps of a layer whose nonzero weights are edges."""
    block = model.blocks[layer]
    assert isinstance(block, Block)
    return (
        (block.attn.qkv, SiteKind.ATTN_IN, _QKV),
        (block.attn.out, SiteKind.V, (SiteKind.ATTN_OUT,)),
        (block.mlp.up, SiteKind.MLP_IN, (SiteKind.NEURON,)),
        (block.mlp.down, SiteKind.NEURON, (SiteKind.MLP_OUT,)),
    )


@dataclass(frozen=True, eq=False)
class Degrees:
    """How many edges each node of a site has; None on a side where no weight joins the site."""

    into: Tensor | None
    """[width] int64."""
    out: Tensor | None
    """[width] int64."""


def node_degrees(model: SparseTransformer) -> dict[NodeSite, Degrees]:
    """Edges of every node, an edge being a nonzero weight (Gao et al. 2025, section 2).

    in(n) = number of m with W[n, m] != 0 and out(m) = number of n with W[n, m] != 0, summed over
    the matrices W that end, or begin, at the node's site (`models.sites.EDGE_KINDS`). Maps kept by
    their nonzero weights are counted without making their matrix.

    Returns:
        By site, in the order of the forward pass.
    """
    into: dict[NodeSite, Tensor] = {}
    out: dict[NodeSite, Tensor] = {}
    for layer in range(model.config.n_layer):
        for linear, source, targets in weight_maps(model, layer):
            rows, out[NodeSite(layer, source)] = _nonzero_by_side(linear)
            for target, part in zip(targets, rows.chunk(len(targets)), strict=True):
                into[NodeSite(layer, target)] = part
    return {site: Degrees(into.get(site), out.get(site)) for site in node_sites(model.config)}


def _nonzero_by_side(linear: nn.Linear) -> tuple[Tensor, Tensor]:
    """Nonzero weights of each row [out_features] and of each column [in_features]."""
    if isinstance(linear, SparseLinear):
        return _lengths(linear.rows[0]), _lengths(linear.columns[0])
    nonzero = linear.weight.detach() != 0
    return nonzero.sum(1), nonzero.sum(0)


def _lengths(starts: Any) -> Tensor:
    """Entries of each row, from where they start, [rows + 1]: [rows] int64."""
    return torch.from_numpy(starts).diff().long()


def distribution(degrees: Tensor) -> list[tuple[int, int]]:
    """How many nodes have each degree: (degree, nodes) for degrees that occur, ascending.

    Args:
        degrees: [width].
    """
    values, counts = degrees.unique(return_counts=True)
    return list(zip(values.tolist(), counts.tolist(), strict=True))


def alive_nodes(
    model: SparseTransformer, degrees: dict[NodeSite, Degrees]
) -> dict[NodeSite, Tensor]:
    """Which nodes can carry anything from weights to weights: a mask [width] for each site.

    A neuron or a value channel is alive if in > 0 and out > 0: it has at least one nonzero weight
    in and one out. A channel read by a block is alive if out > 0, a channel written by one if
    in > 0. A query channel goes out by its product with the key channel of the same number, so it
    is alive if in > 0 and that key channel has a nonzero weight in or a nonzero bias; a key
    channel likewise.

    Args:
        model: whose biases are looked at.
        degrees: of its nodes, from `node_degrees`.
    """
    alive = {}
    for site, own in degrees.items():
        mask = torch.ones(site.width(model.config), dtype=torch.bool)
        for side in (own.into, own.out):
            if side is not None:
                mask = mask & (side > 0)
        if site.kind in _PARTNERS:
            mask = mask & _says_something(
                model, NodeSite(site.layer, _PARTNERS[site.kind]), degrees
            )
        alive[site] = mask
    return alive


_PARTNERS = {SiteKind.Q: SiteKind.K, SiteKind.K: SiteKind.Q}


def _says_something(
    model: SparseTransformer, site: NodeSite, degrees: dict[NodeSite, Degrees]
) -> Tensor:
    """Mask [width] of the q or k channels with a nonzero weight in or a nonzero bias."""
    into = degrees[site].into
    assert into is not None
    block = model.blocks[site.layer]
    assert isinstance(block, Block)
    bias: Tensor | None = block.attn.qkv.bias
    if bias is None:
        return into > 0
    own = bias.detach().chunk(len(_QKV))[_QKV.index(site.kind)]
    return (into > 0) | (own != 0)
