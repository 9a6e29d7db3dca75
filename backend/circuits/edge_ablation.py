"""Ablation of single edges: the target alone sees the source's ablation value.

What flows into a target is a sum over its sources of weight * value, so an ablated edge adds
weight * (ablation value - value) to it, before the target's nonlinearity and AbsTopK. From v to
`attn.resid_delta` that difference is first mixed over positions, as attention mixes values: in
these it is linear, with a sink too. (Gao et al. 2025, 2 and A.5, prune nodes; edges are ours.)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from models.hooks import record, replace
from models.layers import Replacement, at
from models.sites import Edge, NodeSite, SiteKind
from models.transformer import Block, SparseTransformer

AblationValues = Callable[[NodeSite, torch.Size], Tensor]
"""Values of a site's nodes once ablated, to broadcast to a shape [batch, pos, width]."""


@dataclass(frozen=True)
class _Join:
    """The ablated edges between two sites.

    Attributes:
        rows: [targets] their target nodes, each once.
        columns: [sources] their source nodes, each once.
        weight: [targets, sources]; 0 where no edge is ablated.
    """

    source: NodeSite
    target: NodeSite
    rows: Tensor
    columns: Tensor
    weight: Tensor

    def read(self) -> list[str]:
        """The sites whose values it takes to know what the edges carry."""
        if self.source.kind is not SiteKind.V:
            return [self.source.name]
        kinds = (SiteKind.Q, SiteKind.K, SiteKind.V)
        return [NodeSite(self.source.layer, kind).name for kind in kinds]


@contextmanager
def ablate_edges(
    model: SparseTransformer,
    edges: Iterable[Edge],
    values: AblationValues,
    last: Tensor | None = None,
) -> Iterator[None]:
    """Ablate edges while the context is open.

    Nodes replaced before the context is entered have their new value here: an edge from an
    ablated node carries the ablation value already.

    Args:
        model: whose forward passes are changed.
        edges: which edges.
        values: what ablation puts in the place of the sources' values.
        last: [batch], if the forward passes are given it.

    Raises:
        ValueError: no weight joins the sites of an edge.
    """
    joins = _joins(model, edges)
    names = {name for join in joins for name in join.read()}
    with record(model, names, detach=False) as seen:
        inputs = {join.target.name: _input_hook(model, join, values, seen, last) for join in joins}
        with replace(model, inputs=inputs):
            yield


def _joins(model: SparseTransformer, edges: Iterable[Edge]) -> list[_Join]:
    by_sites: defaultdict[tuple[NodeSite, NodeSite], list[Edge]] = defaultdict(list)
    for edge in edges:
        by_sites[edge.source.site, edge.target.site].append(edge)
    joins = []
    for (source, target), members in by_sites.items():
        pairs = torch.tensor([(edge.target.index, edge.source.index) for edge in members])
        rows, row = pairs[:, 0].unique(return_inverse=True)
        columns, column = pairs[:, 1].unique(return_inverse=True)
        matrix = model.edge_weight(source, target).detach()
        weight = matrix.new_zeros(len(rows), len(columns))
        weight[row, column] = matrix[rows[row], columns[column]]
        joins.append(_Join(source, target, rows, columns, weight))
    return joins


def _input_hook(
    model: SparseTransformer,
    join: _Join,
    values: AblationValues,
    seen: dict[str, Tensor],
    last: Tensor | None,
) -> Replacement:
    """What to do with the input of a join's target; `seen` holds the sites' values by then."""
    layer = join.source.layer
    block = model.blocks[layer]
    assert isinstance(block, Block)
    trimmed = last if layer == model.config.n_layer - 1 else None

    def add(x: Tensor) -> Tensor:  # [batch, pos, width]
        value = seen[join.source.name]
        change = values(join.source, value.shape) - value
        if join.source.kind is SiteKind.V:
            q, k = (seen[NodeSite(layer, kind).name] for kind in (SiteKind.Q, SiteKind.K))
            change = block.attn.mix(q, k, change, trimmed)
        elif join.target.kind is SiteKind.Q and trimmed is not None:
            change = at(change, trimmed)
        return x.index_add(-1, join.rows, F.linear(change[..., join.columns], join.weight))

    return add
