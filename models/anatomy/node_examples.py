"""Where in a text a node is active: its largest, least and middling activations, and how many.

AbsTopK silences a node at most places, so quantiles, examples and histogram are those of the
nonzero activations; how many these are is told beside them.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from models.anatomy.activity import BATCH
from models.hooks import record
from models.sites import Node
from models.transformer import SparseTransformer

QUANTILES = (0.9, 0.75, 0.5, 0.25, 0.1)
BINS = 24


@dataclass(frozen=True)
class Place:
    """A token of a text."""

    window: int
    position: int


@dataclass(frozen=True)
class ExampleGroup:
    """Places at one height of a node's activations.

    Attributes:
        quantile: 1 for the largest, 0 for the least.
        value: the quantile of the nonzero activations.
        places: the nearest to it, at most one a window.
    """

    quantile: float
    value: float
    places: list[Place]


@dataclass(frozen=True)
class NodeExamples:
    """How a node's activations are spread over a text.

    Attributes:
        places: tokens looked at.
        nonzero: tokens at which it is nonzero.
        mean: over all places, zeros too.
        groups: from the largest to the least; empty if it is zero everywhere.
        edges: [bins + 1] of the histogram, ascending; empty if it is zero everywhere.
        counts: [bins] nonzero activations in each.
    """

    places: int
    nonzero: int
    mean: float
    groups: list[ExampleGroup]
    edges: list[float]
    counts: list[int]


@torch.no_grad()
def node_values(model: SparseTransformer, windows: Tensor, node: Node) -> Tensor:
    """A node's activations on a text, after AbsTopK: [windows, pos].

    The model must not be run by another thread meanwhile.

    Args:
        model: the whole model; nothing is ablated.
        windows: [windows, pos] tokens, at least one.
        node: which.
    """
    values = []
    for batch in windows.split(BATCH):
        with record(model, [node.site.name]) as seen:
            model.residual(batch)
        values.append(seen[node.site.name][..., node.index].cpu())
    return torch.cat(values)


def examples(values: Tensor, extreme: int, middling: int) -> NodeExamples:
    """Examples of activations at the ends and at the `QUANTILES` of the nonzero ones.

    A place stands for the quantile v_q if |x - v_q| is least among the nonzero x; of equal ones
    the first, and at most one a window, so that one document does not fill a list.

    Args:
        values: [windows, pos].
        extreme: places wanted at either end.
        middling: places wanted at each quantile between.
    """
    active = values[values != 0]
    mean = float(values.double().mean())
    if not len(active):
        return NodeExamples(values.numel(), 0, mean, [], [], [])
    levels = (1.0, *QUANTILES, 0.0)
    heights = active.double().quantile(torch.tensor(levels, dtype=torch.float64)).tolist()
    groups = [
        ExampleGroup(
            level, height, nearest(values, height, extreme if level in (0, 1) else middling)
        )
        for level, height in zip(levels, heights, strict=True)
    ]
    edges, counts = histogram(active)
    return NodeExamples(values.numel(), len(active), mean, groups, edges, counts)


def nearest(values: Tensor, height: float, count: int) -> list[Place]:
    """The nonzero values nearest to a height, at most one a window, nearest first.

    Args:
        values: [windows, pos].
        height: what they are to be near to.
        count: at most so many.
    """
    distance = (values.double() - height).abs()
    distance[values == 0] = torch.inf
    least, positions = distance.min(dim=1)
    order = least.argsort(stable=True)[:count].tolist()
    return [Place(i, int(positions[i])) for i in order if bool(least[i] < torch.inf)]


def histogram(values: Tensor) -> tuple[list[float], list[int]]:
    """Ends of `BINS` equal bins from the least to the largest value, and values in each.

    Args:
        values: [values], at least one.
    """
    low, high = float(values.min()), float(values.max())
    if low == high:
        low, high = low - 0.5, high + 0.5
    counts = torch.histc(values.float(), BINS, low, high).long().tolist()
    return torch.linspace(low, high, BINS + 1).tolist(), counts
