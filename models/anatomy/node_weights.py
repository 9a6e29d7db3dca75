"""One node: the nonzero weights into and out of it, and what else the model keeps for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn

from models.anatomy.edges import weight_maps
from models.sites import Node, NodeSite, SiteKind
from models.sparse_linear import SparseLinear
from models.transformer import Block, Reader, SparseTransformer


@dataclass(frozen=True)
class NodeWeight:
    """An edge of a node, seen from the node: what is at its other end."""

    node: Node
    weight: float


@dataclass(frozen=True)
class NodeParameters:
    """What a model keeps for a node beside the weights of its edges; None where it has no such."""

    bias: float | None
    """Added to what flows into it: before the nonlinearity of a neuron, after the norm."""
    norm_weight: float | None
    """A residual channel that is read is multiplied by it."""
    sink: float | None
    """Logit of its head's sink in the softmax of the scores."""
    abs_topk: int | None
    """Entries that AbsTopK keeps at its site."""
    width: int
    """Nodes of its site."""


def weights_in(model: SparseTransformer, node: Node) -> list[NodeWeight]:
    """The nonzero weights W[node, m] with the nodes m they come from, largest magnitude first."""
    for linear, source, targets in weight_maps(model, node.site.layer):
        if node.site.kind in targets:
            width = linear.out_features // len(targets)
            indices, weights = _row(linear, targets.index(node.site.kind) * width + node.index)
            site = NodeSite(node.site.layer, source)
            return _strongest_first([Node(site, i) for i in indices.tolist()], weights)
    return []


def weights_out(model: SparseTransformer, node: Node) -> list[NodeWeight]:
    """The nonzero weights W[n, node] with the nodes n they go to, largest magnitude first."""
    for linear, source, targets in weight_maps(model, node.site.layer):
        if node.site.kind is source:
            width = linear.out_features // len(targets)
            indices, weights = _column(linear, node.index)
            sites = [NodeSite(node.site.layer, kind) for kind in targets]
            ends = [Node(sites[i // width], i % width) for i in indices.tolist()]
            return _strongest_first(ends, weights)
    return []


def _strongest_first(nodes: list[Node], weights: Tensor) -> list[NodeWeight]:
    order = weights.abs().argsort(descending=True, stable=True).tolist()
    return [NodeWeight(nodes[i], float(weights[i])) for i in order]


def _row(linear: nn.Linear, index: int) -> tuple[Tensor, Tensor]:
    """Columns [nonzero] of a row's nonzero weights, and the weights [nonzero]."""
    if isinstance(linear, SparseLinear):
        return _between(linear.rows, index)
    return _nonzero(linear.weight.detach()[index])


def _column(linear: nn.Linear, index: int) -> tuple[Tensor, Tensor]:
    """Rows [nonzero] of a column's nonzero weights, and the weights [nonzero]."""
    if isinstance(linear, SparseLinear):
        return _between(linear.columns, index)
    return _nonzero(linear.weight.detach()[:, index])


def _between(compressed: tuple[object, object, object], index: int) -> tuple[Tensor, Tensor]:
    starts, others, weights = (torch.as_tensor(part) for part in compressed)
    entries = slice(int(starts[index]), int(starts[index + 1]))
    return others[entries].long(), weights[entries]


def _nonzero(weights: Tensor) -> tuple[Tensor, Tensor]:
    indices = weights.nonzero().flatten()
    return indices, weights[indices]


def node_parameters(model: SparseTransformer, node: Node) -> NodeParameters:
    """Bias, norm weight, sink and AbsTopK of a node."""
    config, site = model.config, node.site
    width = site.width(config)
    block = model.blocks[site.layer]
    assert isinstance(block, Block)
    head = node.head(config)
    return NodeParameters(
        bias=_bias(model, node),
        norm_weight=_norm(block, node)[0],
        sink=None if head is None or block.attn.sink is None else float(block.attn.sink[head]),
        abs_topk=config.abs_topk(site.kind.topk_site, width),
        width=width,
    )


def _bias(model: SparseTransformer, node: Node) -> float | None:
    for linear, _, targets in weight_maps(model, node.site.layer):
        bias = cast("Tensor | None", linear.bias)
        if bias is not None and node.site.kind in targets:
            return float(bias.chunk(len(targets))[targets.index(node.site.kind)][node.index])
    block = model.blocks[node.site.layer]
    assert isinstance(block, Block)
    return _norm(block, node)[1]


def _norm(block: Block, node: Node) -> tuple[float | None, float | None]:
    """Weight and bias of the norm that a residual or position channel is read through."""
    readers = {SiteKind.ATTN_IN: block.attn_read, SiteKind.MLP_IN: block.mlp_read}
    reader: Reader | None = readers.get(node.site.kind)
    if reader is None:
        return None, None
    norm, index = reader.norm, node.index
    if index >= len(norm.weight) and reader.position_norm is not None:
        norm, index = reader.position_norm, index - len(norm.weight)
    return float(norm.weight[index]), None if norm.bias is None else float(norm.bias[index])
