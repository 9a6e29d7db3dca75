"""The cheap baseline: nodes ranked by gradient attribution, and the ranking bisected.

A node's score is the integrated gradient of the task loss on its gate, all gates being opened
together from mean-ablated to whole (`search.importance`; Sundararajan et al. 2017). The smallest
number of best nodes that meets the target on validation pairs is bisected, as for the paper's
masks. Gao et al. 2025 (A.5) find learned masks better than such a ranking by a wide margin.
"""

from __future__ import annotations

from backend.circuits.nodes import NodeSet
from backend.circuits.search.config import Progress
from backend.circuits.search.discretise import bisect
from backend.circuits.search.importance import importance
from backend.circuits.search.methods.spec import MethodSpec
from backend.circuits.search.problem import Found, Problem
from backend.circuits.search.ranking import Ranking

GROWTH = 0.25
"""Of the sizes tried until one meets the target, from one node on."""


def find(problem: Problem) -> Found:
    """`attribution`: the smallest set of best-scored nodes found to meet the target.

    Raises:
        SearchFailed: no set tried meets the target.
        SearchCancelled: the watcher says so.
    """
    points = problem.config.importance_points
    scores = importance(problem.model, problem.values, problem.train, points)
    problem.passes.count(forward=points, backward=points)
    ranking = Ranking(problem.model.config, scores)
    step = 0

    def meets(nodes: NodeSet) -> bool:
        nonlocal step
        step += 1
        loss = problem.loss_of(nodes)
        problem.watcher.tell(Progress("bisection", step, step, loss, len(nodes)))
        return loss <= problem.target

    sets = ranking.until(meets, start=1, growth=GROWTH)
    return Found(bisect(sets, problem.loss_of, problem.target, problem.watcher))


METHOD = MethodSpec(
    name="attribution",
    title="Ranking by integrated gradients, bisected",
    source=(
        "Sundararajan et al. 2017, integrated gradients; the ranking that Gao et al. 2025 (A.5) "
        "compare learned masks with"
    ),
    deviations=(
        "The path of integration opens the gates of all nodes together, from mean-ablated to "
        "whole, in five midpoints.",
        "The sizes bisected go up to the first that meets the target, trying ever larger ones from "
        "one node on.",
        "Scores are signed: a node whose gate raises the loss ranks below one that does nothing.",
    ),
    find=find,
)
