"""From nested sets of nodes to a circuit: bisection for the smallest that meets the target.

Gao et al. 2025, A.5. The paper leaves removable nodes behind; `search.eliminate` takes them out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from backend.circuits.nodes import NodeSet
from backend.circuits.search.config import Progress, SearchFailed, Watcher

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
