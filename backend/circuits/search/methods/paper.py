"""The published search: a learned node mask, ranked and bisected, hyperparameters by random search.

Gao et al. 2025, A.5 and Table 2. One trial:

1. Every node gets a real parameter, near +0.1, clamped to [-1, 1] after each step; its gate is the
   Heaviside function of it, with the derivative of a sigmoid backward. Closed gates mean-ablate.
2. AdamW with clipped gradients minimises task loss + k_coef * number of open gates; the learning
   rate warms up over 5% of the steps and falls to zero in a straight line.
3. Nodes are ranked by parameter; the smallest number of best ones that meets the target on
   validation pairs is bisected.

The first trial takes the published centres, the others are drawn around them, until the time is up
or there were enough. Of all trials the circuit with the fewest induced edges counts.
`paper+elimination` then takes out of it whatever single nodes can go.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator

from backend.circuits.edges import count_edges
from backend.circuits.nodes import NodeSet
from backend.circuits.search.config import Progress, SearchFailed, Watcher
from backend.circuits.search.discretise import bisect
from backend.circuits.search.eliminate import Eliminator
from backend.circuits.search.masks import masked_loss, shuffled_batches
from backend.circuits.search.methods.spec import MethodSpec
from backend.circuits.search.methods.trials import Mask, PaperConfig, Trial, draw_trial
from backend.circuits.search.problem import Found, Problem
from backend.circuits.search.ranking import Ranking
from models.fused import fused
from models.sites import count_nodes
from tasks.base import Batch

SOURCE = 'Gao et al. 2025, "Weight-sparse transformers have interpretable circuits", A.5, Table 2'

DEVIATIONS = (
    "The task loss is the binary one that the target speaks of, not a cross-entropy over the "
    "vocabulary.",
    "Hyperparameters are drawn at random around the published centres, the first trial at them; "
    "the paper ran 256 trials of an optimiser.",
    "Trials are short, 100 to 600 steps, and of these no more than fit into a third of the time; "
    "the learning rate is at least so high that parameters can cross zero in that many.",
    "The centre of the penalty is the published one times the published models' nodes for each "
    "node of this one, at most fifty times it; it is drawn from one to fifty times the published.",
    "The sizes bisected go up to the number of open gates; where that many best nodes miss the "
    "target, up to the first size that meets it, a quarter larger each time.",
)


class RandomSearch:
    """Trials until the time is up or there were enough, and the best of what they found.

    Args:
        problem: to solve.
        config: centres and ranges.
        share: of the problem's time budget that the trials may take.
    """

    def __init__(self, problem: Problem, config: PaperConfig, share: float = 1.0) -> None:
        self.problem, self.config = problem, config
        budget = problem.config.seconds
        self.seconds = math.inf if budget is None else share * budget
        self.trials = 0
        self.steps = 0
        self.begun = time.perf_counter()
        self.best: tuple[int, int, NodeSet] | None = None
        """Induced edges, nodes, the circuit."""
        self.failure: SearchFailed | None = None

    def run(self) -> NodeSet:
        """The circuit with the fewest induced edges, then nodes.

        Raises:
            SearchFailed: no trial's ranking has a set that meets the target.
            SearchCancelled: the watcher says so.
        """
        if math.isfinite(self.seconds):
            self._time_a_step()
        while self.trials < self.problem.config.trials and self._goes_on():
            most = self._affordable(min(self.left(), self.config.trial_share * self.seconds))
            self._keep_smaller(self.trial(self.trials, most))
            self.trials += 1
        if self.best is None:
            assert self.failure is not None
            raise self.failure
        return self.best[-1]

    def trial(self, number: int, most_steps: int) -> NodeSet | None:
        """The circuit that one trial finds.

        Args:
            number: of the trial, which with the seed determines what comes out; 0 for the centres.
            most_steps: of its mask.

        Returns:
            None where no set of its ranking meets the target, or the time was up.
        """
        trial = self._draw(number, most_steps)
        with fused(self.problem.model):
            mask = self._learn(trial)
        return None if mask is None else self._discretise(mask)

    def left(self) -> float:
        """Seconds until the trials' share of the budget is used up."""
        return self.seconds - (time.perf_counter() - self.problem.begun)

    def _goes_on(self) -> bool:
        """The first trial is always run, another only if there is time for a short one."""
        return not self.trials or self._affordable(self.left()) >= self.config.steps_range[0]

    def _affordable(self, seconds: float) -> int:
        """Mask steps that fit into so many seconds at the pace so far; no more than a trial's."""
        most = self.config.steps_range[1]
        if math.isinf(seconds):
            return most
        pace = (time.perf_counter() - self.begun) / self.steps
        return int(min(seconds / pace, most))

    def _time_a_step(self) -> None:
        """Do two steps that count for nothing, and time the second, the first being slower."""
        trial = self._draw(0, 0)
        mask = Mask(self.problem.model.config, trial, self.config)
        batches = self._batches(trial)
        with fused(self.problem.model):
            for _ in range(2):
                self.begun = time.perf_counter()
                self._one_step(mask, next(batches))
        self.steps = 1

    def _draw(self, number: int, most_steps: int) -> Trial:
        problem = self.problem
        nodes = count_nodes(problem.model.config)
        return draw_trial(self.config, problem.config.seed, number, most_steps, nodes)

    def _batches(self, trial: Trial) -> Iterator[Batch]:
        pairs = self.problem.config.batch_pairs
        return shuffled_batches(self.problem.train, pairs, trial.seed)

    def _one_step(self, mask: Mask, batch: Batch) -> float:
        """One mask step; the task loss before it, nats."""
        gates = mask.gates()
        loss = masked_loss(self.problem.model, self.problem.values, batch, gates)
        mask.step(loss, gates)
        self.steps += 1
        self.problem.passes.count(forward=1, backward=1)
        return float(loss.detach())

    def _learn(self, trial: Trial) -> Mask | None:
        """The mask of a trial; None where the time was up before, with a circuit already found."""
        mask, batches = Mask(self.problem.model.config, trial, self.config), self._batches(trial)
        for _ in range(trial.steps):
            loss = self._one_step(mask, next(batches))
            self._tell(loss, mask.open_gates)
            if self.best is not None and self.left() <= 0:
                return None
        return mask

    def _tell(self, loss: float, nodes: int) -> None:
        number = self.trials + 1
        total = self.problem.config.trials
        if math.isfinite(self.seconds):
            spent = max(self.seconds - self.left(), 1e-9)
            total = min(total, max(number, int(number * self.seconds / spent)))
        self.problem.watcher.tell(Progress("masks", number, total, loss, nodes))

    def _discretise(self, mask: Mask) -> NodeSet | None:
        """The smallest set of a mask's ranking that bisection finds to meet the target."""
        problem = self.problem
        ranking = Ranking(problem.model.config, mask.scores())
        sets = ranking.until(
            lambda some: problem.loss_of(some) <= problem.target,
            mask.open_gates,
            self.config.growth,
        )
        try:
            return bisect(sets, problem.loss_of, problem.target, self._quiet())
        except SearchFailed as failure:
            self.failure = failure
            return None

    def _keep_smaller(self, nodes: NodeSet | None) -> None:
        if nodes is None:
            return
        found = (count_edges(self.problem.model, nodes), len(nodes), nodes)
        if self.best is None or found[:2] < self.best[:2]:
            self.best = found

    def _quiet(self) -> Watcher:
        """Hears whether to stop, and says nothing: bisections of trials are no stage of theirs."""
        return Watcher(None, self.problem.watcher.cancelled)


def find(problem: Problem) -> Found:
    """`paper`: the best trial's circuit.

    Raises:
        SearchFailed: no trial meets the target.
        SearchCancelled: the watcher says so.
    """
    return Found(RandomSearch(problem, PaperConfig()).run())


def find_and_eliminate(problem: Problem) -> Found:
    """`paper+elimination`: the best trial's circuit, less every node that can go.

    Raises:
        SearchFailed: no trial meets the target.
        SearchCancelled: the watcher says so.
    """
    config = PaperConfig()
    nodes = RandomSearch(problem, config, config.masks_share).run()
    eliminator = Eliminator(problem)
    left = eliminator.nodes(eliminator.draft(nodes))
    return Found(problem.alone.numbering.node_set(left.keep))


METHOD = MethodSpec(
    name="paper",
    title="Learned mask, ranked and bisected",
    source=SOURCE,
    deviations=DEVIATIONS,
    find=find,
)

WITH_ELIMINATION = MethodSpec(
    name="paper+elimination",
    title="Learned mask, ranked and bisected, then thinned by exact elimination",
    source=SOURCE,
    deviations=(*DEVIATIONS, "Nodes that can go singly are taken out of the best trial's circuit."),
    find=find_and_eliminate,
)
