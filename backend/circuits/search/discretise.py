"""From the sets a mask passed through to a circuit: bisection, then exact elimination.

Gao et al. 2025, A.5, bisect the ranking of one final mask for the smallest number of nodes that
meets the target on fixed pairs. Here the sets bisected are those of open nodes that training
passed through, each of which the mask had adapted to. The paper leaves removable nodes behind;
elimination takes them out, until no single node can go without the loss passing the target.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from backend.circuits.nodes import NodeSet
from backend.circuits.search.config import Progress, SearchFailed, Watcher
from models.sites import Node

LossOf = Callable[[NodeSet], float]
"""Task loss of the circuit alone on the fixed validation pairs, nats."""


def bisect(path: Sequence[NodeSet], loss_of: LossOf, target: float, watcher: Watcher) -> NodeSet:
    """The smallest set of a path whose loss is at most the target.

    The loss need not fall steadily with size, so the smallest found is not always the smallest
    there is.

    Args:
        path: sets from the smallest to the largest.
        loss_of: of a set.
        target: nats.
        watcher: told of every set tried.

    Raises:
        SearchFailed: not even the largest set meets the target, nor any other that was tried.
        SearchCancelled: the watcher says so.
    """
    best: NodeSet | None = None
    reached, step = float("inf"), 0
    steps = len(path).bit_length() + 1
    low, high = -1, len(path)
    middle = len(path) - 1
    while high - low > 1:
        nodes, step = path[middle], step + 1
        loss = loss_of(nodes)
        watcher.tell(Progress("bisection", step, max(step, steps), loss, len(nodes)))
        reached = min(reached, loss)
        if loss <= target:
            best, high = nodes, middle
        elif step == 1:
            high = middle  # the largest fails: a smaller one may still do
        else:
            low = middle
        middle = (low + high) // 2
    if best is None:
        raise SearchFailed(
            f"The lowest validation loss reached is {reached:.4f} nats, with sets of up to "
            f"{len(path[-1])} nodes; the search needs {target:.4f}."
        )
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
