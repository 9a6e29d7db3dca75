"""A node's values exchanged among tokens that a predicate calls the same.

Resampling ablation within the classes of the predicate (the step of causal scrubbing, Chan et al.
2022, for one node): in the circuit alone, on all sequences of the task's pairs,

1. record the node's value at every token;
2. deal the values out anew, at random, among the tokens where the predicate holds, and likewise
   among those where it does not;
3. run the circuit with these values in the node's place, and take the task loss.

If the predicate says all that matters of the node's value, the loss stays. Beside it stand the same
with one class of all tokens, which destroys all that the value says of its place and keeps how the
values are spread, and mean ablation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from backend.circuits.ablation import Intervention, evaluate
from backend.circuits.faithfulness.agreement import node_activations
from backend.circuits.faithfulness.random_sets import real_positions
from backend.circuits.nodes import NodeSet
from backend.circuits.statistics import Estimate, bootstrap
from models.hooks import replace
from models.layers import at
from models.sites import Node
from models.transformer import SparseTransformer
from tasks import Batch

DRAWS = 8
"""Dealings, each with a seed of its own, that losses are averaged over."""


@dataclass(frozen=True)
class Swap:
    """Task losses in nats with the node's values exchanged; intervals are over pairs.

    Attributes:
        pairs: of the task.
        draws: exchanges averaged over.
        holds: tokens of the pairs where the predicate holds.
        others: tokens where it does not.
        intact: the circuit alone with the node's own values.
        within: exchanged within the predicate's classes.
        anywhere: exchanged among all tokens.
        mean: the node at its mean.
        within_change: within - intact.
        anywhere_change: anywhere - intact.
    """

    pairs: int
    draws: int
    holds: int
    others: int
    intact: Estimate
    within: Estimate
    anywhere: Estimate
    mean: Estimate
    within_change: Estimate
    anywhere_change: Estimate

    @property
    def explained(self) -> float | None:
        """1 - (within - intact) / (anywhere - intact): what of the damage the predicate prevents.

        None where exchanging among all tokens does no damage that is sure, or the predicate makes
        only one class.
        """
        if self.anywhere_change.low <= 0 or not (self.holds and self.others):
            return None
        return 1 - self.within_change.value / self.anywhere_change.value


@torch.no_grad()
def swap(
    model: SparseTransformer,
    batch: Batch,
    node: Node,
    alone: Intervention,
    holds: Tensor,
    mean: float,
    draws: int = DRAWS,
) -> Swap:
    """Task losses of a circuit alone with one node's values exchanged.

    Args:
        model: the whole model.
        batch: pairs of the task.
        node: kept by the circuit.
        alone: the circuit alone, with mean values.
        holds: [batch, pos] bool, where the predicate holds; padding does not count.
        mean: of the node.
        draws: exchanges to average over.
    """
    own = node_activations(model, batch.tokens, NodeSet.of(model.config, [node]), alone)[..., 0]
    real = real_positions(batch)
    holding, others = holds & real, ~holds & real

    def losses(values: Tensor) -> Tensor:
        """[pairs] with [batch, pos] in the node's place."""
        with replace(model, {node.site.name: _put(node.index, values, batch.last)}):
            found = evaluate(model, batch, alone).losses
        return torch.stack(found.chunk(2)).mean(0)

    def exchanged(*classes: Tensor) -> Tensor:
        return torch.stack([losses(dealt(own, classes, draw)) for draw in range(draws)]).mean(0)

    intact, within = losses(own), exchanged(holding, others)
    anywhere, ablated = exchanged(real), losses(torch.full_like(own, mean))
    columns = [intact, within, anywhere, ablated, within - intact, anywhere - intact]
    estimates = bootstrap(torch.stack(columns, dim=-1))
    return Swap(batch.pairs, draws, int(holding.sum()), int(others.sum()), *estimates)


def dealt(values: Tensor, classes: tuple[Tensor, ...], seed: int) -> Tensor:
    """Values dealt out anew among the places of each class; the others stay.

    Args:
        values: [batch, pos].
        classes: [batch, pos] bool each, without a place in common.
        seed: of the dealing.
    """
    generator = torch.Generator().manual_seed(seed)
    changed = values.clone()
    for members in classes:
        mine = values[members]
        changed[members] = mine[torch.randperm(len(mine), generator=generator)]
    return changed


def _put(index: int, values: Tensor, last: Tensor) -> Callable[[Tensor], Tensor]:
    """Puts [batch, pos] into a node's place; the last block may run at the last tokens only."""

    def put(value: Tensor) -> Tensor:
        whole = value.shape[1] == values.shape[1]
        new = value.clone()
        new[..., index] = values if whole else at(values, last)
        return new

    return put
