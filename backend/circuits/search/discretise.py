"""From a ranking of nodes to a circuit: bisection on fixed pairs, then exact elimination.

Bisection is that of Gao et al. 2025, A.5: the smallest number of best-ranked nodes that meets the
target. The paper leaves removable nodes behind; elimination takes them out, until no single node
can go without the loss passing the target.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from backend.circuits.nodes import NodeSet
from backend.circuits.search.config import Progress, SearchFailed, Watcher
from models.config import ModelConfig
from models.sites import Node, NodeSite

LossOf = Callable[[NodeSet], float]
"""Task loss of the circuit alone on the fixed validation pairs, nats."""


def best_nodes(config: ModelConfig, scores: dict[NodeSite, Tensor], count: int) -> NodeSet:
    """The `count` nodes of highest score."""
    everything = torch.cat([scores[site] for site in scores])
    chosen = torch.zeros(len(everything), dtype=torch.bool)
    chosen[everything.argsort(descending=True, stable=True)[:count]] = True
    widths = [len(score) for score in scores.values()]
    return NodeSet(config, dict(zip(scores, chosen.split(widths), strict=True)))


def bisect(
    config: ModelConfig,
    scores: dict[NodeSite, Tensor],
    loss_of: LossOf,
    target: float,
    watcher: Watcher,
) -> NodeSet:
    """The smallest set of best-ranked nodes whose loss is at most the target.

    The loss need not fall steadily with size, so the smallest found is not always the smallest
    there is.

    Raises:
        SearchFailed: not even the sets up to all nodes meet the target.
        SearchCancelled: the watcher says so.
    """
    total = sum(len(score) for score in scores.values())
    open_count = sum(int((score > 0).sum()) for score in scores.values())
    sizes = sorted({open_count, min(total, 2 * open_count), min(total, 4 * open_count), total})
    steps = total.bit_length() + len(sizes)
    low, high, best, reached = -1, None, None, float("inf")
    step = 0

    def attempt(count: int) -> tuple[NodeSet, float]:
        nonlocal step
        step += 1
        nodes = best_nodes(config, scores, count)
        loss = loss_of(nodes)
        watcher.tell(Progress("bisection", step, steps, loss, count))
        return nodes, loss

    for size in sizes:
        nodes, loss = attempt(size)
        reached = min(reached, loss)
        if loss <= target:
            best, high = nodes, size
            break
        low = size
    if best is None or high is None:
        raise SearchFailed(
            f"The lowest validation loss reached is {reached:.4f} nats, with up to all {total} "
            f"nodes; the search needs {target:.4f}."
        )
    while high - low > 1:
        middle = (low + high) // 2
        nodes, loss = attempt(middle)
        if loss <= target:
            best, high = nodes, middle
        else:
            low = middle
    return best


def eliminate(
    nodes: NodeSet,
    loss_of: LossOf,
    edges_of: Callable[[NodeSet], int],
    target: float,
    watcher: Watcher,
) -> NodeSet:
    """Remove nodes until none can go without the loss passing the target.

    Each round measures what every node adds, then removes from the least needed on: whole runs of
    nodes first, halved where they cannot go together, single nodes at last.

    Raises:
        SearchCancelled: the watcher says so.
    """
    step = 0
    steps = 2 * len(nodes)
    loss = loss_of(nodes)

    def tell() -> None:
        nonlocal step
        step += 1
        steps_left = max(steps, step)
        watcher.tell(Progress("elimination", step, steps_left, loss, len(nodes), edges_of(nodes)))

    while True:
        effects: list[tuple[float, Node]] = []
        for node in nodes:
            effects.append((loss_of(nodes.without([node])), node))
            tell()
        queue = [node for effect, node in sorted(effects) if effect <= target]
        if not queue:
            return nodes
        size = len(queue)
        while queue:
            smaller = nodes.without(queue[:size])
            candidate = loss_of(smaller)
            if candidate <= target:
                nodes, loss, queue = smaller, candidate, queue[size:]
                tell()
            elif size > 1:
                size = (size + 1) // 2
            else:
                queue = queue[1:]
        steps = step + 2 * len(nodes)
