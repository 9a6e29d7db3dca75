"""A mask learned under a price that follows its loss: most of a large circuit's nodes go at once.

Taking out nodes by measured loss costs a pass for each that is tried, which is too much where
hundreds stay. The gradient of one pass says of all nodes together what they are worth:

1. Every node gets a parameter: the more it matters to the whole model (`search.importance`), the
   further above zero. Gates are as in `search.masks`.
2. AdamW minimises task loss + price * (open gates + `EDGE_SHARE` * edges between open gates). The
   price rises while the smoothed loss is below `AIM` of the target and falls while it is above, so
   that the mask closes as fast as the task bears.
3. Now and then the open gates are measured exactly. Of those sets that meet the target the one
   with the fewest induced edges counts; the mask is done when that has not shrunk for a while.

Gates and gradients: Gao et al. 2025, A.5. There the price is fixed and counts nodes, the parameters
start alike, and the set is the smallest prefix of the nodes ranked by parameter.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from backend.circuits.nodes import by_site
from backend.circuits.numbering import Flags
from backend.circuits.search.eliminate import Draft, Eliminator
from backend.circuits.search.importance import importance
from backend.circuits.search.masks import gate, masked_loss, shuffled_batches
from backend.circuits.search.problem import Problem
from models.fused import fused
from tasks import Batch

STEPS = 600
"""Steps at most."""
PATIENCE = 40
"""Steps without a smaller set after which the mask is done; those at the least price do not count,
as the loss is then on its way back."""
SMALLER = 0.97
"""Share of the induced edges that counts as a smaller set."""
LEARNING_RATE = 0.02
BETAS = (0.9, 0.95)
WEIGHT_DECAY = 1e-3
CLIP = 1.0
"""Largest norm of the gradient."""
TEMPERATURE = 1.0
"""Of the surrogate gradient."""
LOWEST, SPAN, STEEPNESS = 0.02, 0.2, 4
"""A parameter starts at LOWEST + SPAN * (share of nodes that matter less) ** STEEPNESS."""
FIRST_PRICE, START_COST = 1e-4, 2.5
"""Nats an open gate at first, and nats for all of the start at most: at a price that is far above
the loss, as that of a dense model's edges would be, the mask closes before it has learned."""
LEAST_PRICE = 0.3
"""Share of the first price that it falls to at most."""
PRICE_STEP = 1.06
"""Factor by which the price rises or falls at a step."""
EDGE_SHARE = 0.5
"""Price of an edge over that of a gate."""
AIM = 0.8
"""Share of the target at which the price turns."""
SMOOTHING = 0.85
"""Share of the smoothed loss that is kept from step to step."""
LOOK_EVERY = 4
"""Steps from one exact measurement to the next."""


class PricedMask:
    """The mask of one search.

    Args:
        problem: to solve.
        exact: measures sets of nodes on the deciding pairs.
        start: the nodes there are; the others stay out.

    Attributes:
        best: the set with the fewest induced edges that meets the target.
    """

    def __init__(self, problem: Problem, exact: Eliminator, start: Draft) -> None:
        self.problem, self.exact, self.start = problem, exact, start
        self.best, self.edges = start, exact.edges_of(start)
        numbering = problem.alone.numbering
        self._sources = torch.from_numpy(numbering.sources)
        self._targets = torch.from_numpy(numbering.targets)
        self._inside = torch.from_numpy(start.keep.astype(np.float32))
        self._last_open = np.full(numbering.nodes, -1)
        """[nodes] the last step after which each was open."""

    def learn(self) -> Draft:
        """What is left of the start, the nodes that went first in front of `gone`.

        Returns:
            A new draft; the start's copy where no smaller set was found to meet the target.

        Raises:
            SearchCancelled: the watcher says so.
        """
        seed = self.problem.config.seed
        pool = self.problem.validation.joined(self.problem.train)
        batches = shuffled_batches(pool, self.problem.config.batch_pairs, seed)
        with fused(self.problem.model):
            parameters = self._parameters()
            optimizer = torch.optim.AdamW(
                [parameters], lr=LEARNING_RATE, betas=BETAS, weight_decay=WEIGHT_DECAY
            )
            price = self.first_price()
            least, smoothed, waited, mark = LEAST_PRICE * price, float("nan"), 0, self.edges
            for step in range(STEPS):
                gates = gate(parameters, TEMPERATURE) * self._inside
                loss = self._loss(gates, next(batches))
                optimizer.zero_grad()
                (loss + price * self._size(gates)).backward()
                torch.nn.utils.clip_grad_norm_(parameters, CLIP)
                optimizer.step()
                now = float(loss.detach())
                smoothed = SMOOTHING * smoothed + (1 - SMOOTHING) * now if step else now
                rises = smoothed < AIM * self.problem.target
                price = max(least, price * PRICE_STEP if rises else price / PRICE_STEP)
                with torch.no_grad():
                    parameters.clamp_(-1, 1)
                keep = (parameters > 0).numpy() * self.start.keep
                self._last_open[keep > 0] = step
                waited += price > least
                if step % LOOK_EVERY == LOOK_EVERY - 1:
                    self._look(keep)
                    if self.edges < SMALLER * mark:
                        waited, mark = 0, self.edges
                    self.exact.tell("masks", self.best, step + 1, STEPS)
                if waited >= PATIENCE:
                    break
        return self._left()

    def first_price(self) -> float:
        """Nats an open gate, before the first step."""
        return min(FIRST_PRICE, START_COST / float(self._size(self._inside)))

    def _parameters(self) -> Tensor:
        """[nodes] where they start."""
        some = self.problem.train.spread(self.problem.config.batch_pairs)
        points = self.problem.config.importance_points
        worth = importance(self.problem.model, self.problem.values, some, points)
        self.problem.passes.count(forward=points, backward=points)
        place = torch.cat(list(worth.values())).abs().argsort().argsort()
        start = LOWEST + SPAN * (place / len(place)) ** STEEPNESS
        return start.requires_grad_()

    def _loss(self, gates: Tensor, batch: Batch) -> Tensor:
        model = self.problem.model
        self.problem.passes.count(forward=1, backward=1)
        return masked_loss(model, self.problem.values, batch, by_site(model.config, gates))

    def _size(self, gates: Tensor) -> Tensor:
        """Open gates and, at their share of the price, edges between them."""
        return gates.sum() + EDGE_SHARE * (gates[self._sources] * gates[self._targets]).sum()

    def _look(self, keep: Flags) -> None:
        """Measure the open gates, if they are fewer edges than the best."""
        edges = len(self.exact.numbering.induced(keep))
        if edges < self.edges:
            draft = self.exact.measured(keep, self.start.dropped.copy())
            if draft.loss <= self.exact.target:
                self.best, self.edges = draft, edges

    def _left(self) -> Draft:
        """The best set as the start less what went, by the step after which each was last open."""
        left = self.start.copy()
        went = (self.best.keep < left.keep).nonzero()[0]
        order = went[np.argsort(self._last_open[went], kind="stable")]
        left.toggle(order.tolist(), self.best.loss)
        return left
