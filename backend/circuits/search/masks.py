"""Learn a mask over nodes: one real parameter a node, a Heaviside gate, a penalty on open gates.

Gao et al. 2025, A.5: gates are Heaviside functions of parameters clamped to [-1, 1]; backward they
have the sigmoid's derivative at a temperature; a closed gate mean-ablates its node, at all tokens
of all prompts. Minimised is the task loss plus a penalty for every open gate, with the weights
frozen.

Deviations: the penalty is no constant to be tuned but a controller, raised while the running task
loss is below a share of the target and lowered while it is above, so that one run passes through
circuits of all sizes down to the smallest that meets it. Parameters start in the order of the
nodes' importance (`search.importance`), so that the first to close are those that matter least.
The task loss is the binary one that the target speaks of. q and k of a head channel share a
parameter.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any, cast

import torch
from torch import Tensor
from torch.nn import functional as F

from backend.circuits.ablation import MeanValues, answer_difference
from backend.circuits.nodes import NodeSet
from backend.circuits.search.config import Progress, SearchConfig, Watcher
from backend.circuits.search.importance import gated, importance, ranks
from models.config import ModelConfig
from models.hooks import replace
from models.sites import NodeSite, SiteKind
from models.transformer import SparseTransformer
from tasks.base import Batch

RUNNING_DECAY = 0.8
"""Of the running mean of the loss that steers the penalty."""


class _Gate(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, parameter: Tensor, temperature: float) -> Tensor:
        ctx.save_for_backward(parameter)
        ctx.temperature = temperature
        return (parameter > 0).to(parameter.dtype)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None]:
        (parameter,) = ctx.saved_tensors
        s = torch.sigmoid(parameter / ctx.temperature)
        return grads[0] * s * (1 - s) / ctx.temperature, None


gate = cast(Callable[[Tensor, float], Tensor], _Gate.apply)
"""(parameter, temperature): 1 where the parameter is above zero, else 0; backward the derivative of
sigmoid(parameter / temperature)."""


class NodeMask:
    """A real parameter for each node; a node is open while its parameter is above zero.

    Args:
        config: of the model.
        search: hyperparameters.
        rank: [width] importance ranks by site, from 0 to 1.
    """

    def __init__(
        self, config: ModelConfig, search: SearchConfig, rank: dict[NodeSite, Tensor]
    ) -> None:
        self.config, self.temperature = config, search.temperature
        generator = torch.Generator().manual_seed(search.seed)
        self._parameters: dict[NodeSite, Tensor] = {}
        for site, own in rank.items():
            if search.tie_q_and_k and site.kind is SiteKind.K:
                self._parameters[site] = self._parameters[NodeSite(site.layer, SiteKind.Q)]
                continue
            if search.tie_q_and_k and site.kind is SiteKind.Q:
                own = torch.maximum(own, rank[NodeSite(site.layer, SiteKind.K)])
            noise = search.init_noise * torch.randn(len(own), generator=generator)
            start = search.init + search.init_spread * own**search.init_power
            self._parameters[site] = (start + noise).requires_grad_()

    @property
    def parameters(self) -> list[Tensor]:
        """The distinct parameter vectors."""
        return list({id(p): p for p in self._parameters.values()}.values())

    def gates(self) -> dict[NodeSite, Tensor]:
        """[width] zeros and ones by site, with the surrogate gradient."""
        return {
            site: gate(parameter, self.temperature) for site, parameter in self._parameters.items()
        }

    def open_nodes(self) -> NodeSet:
        """The nodes whose gate is open."""
        masks = {site: parameter.detach() > 0 for site, parameter in self._parameters.items()}
        return NodeSet(self.config, masks)


def learn_masks(
    model: SparseTransformer,
    values: MeanValues,
    pool: Batch,
    search: SearchConfig,
    watcher: Watcher,
) -> list[NodeSet]:
    """Train a mask on the pairs of a pool and keep the sets of open nodes it passes through.

    Args:
        model: frozen.
        values: node means.
        pool: training pairs.
        search: hyperparameters; the seed decides initial parameters and batches.
        watcher: told the loss and the number of open nodes after every step.

    Returns:
        One set a size, the last of that size, from the smallest to the largest.

    Raises:
        SearchCancelled: the watcher says so.
    """
    batches = shuffled_batches(pool, search.batch_pairs, search.seed)
    found = importance(model, values, next(batches), search.importance_points)
    mask = NodeMask(model.config, search, ranks(found))
    optimizer = torch.optim.AdamW(
        mask.parameters,
        lr=search.learning_rate,
        betas=(0.9, search.beta2),
        weight_decay=search.weight_decay,
    )
    schedule = torch.optim.lr_scheduler.LinearLR(
        optimizer, start_factor=1.0, end_factor=0.05, total_iters=search.steps
    )
    penalty, running = search.penalty, None
    by_size: dict[int, NodeSet] = {}
    for step in range(search.steps):
        batch, gates, nodes = next(batches), mask.gates(), mask.open_nodes()
        loss = masked_loss(model, values, batch, gates)
        size = torch.stack([gate.sum() for gate in gates.values()]).sum()
        optimizer.zero_grad()
        (loss + penalty * size).backward()
        torch.nn.utils.clip_grad_norm_(mask.parameters, search.gradient_clip)
        optimizer.step()
        schedule.step()
        with torch.no_grad():
            for parameter in mask.parameters:
                parameter.clamp_(-1, 1)
        now = float(loss.detach())
        running = now if running is None else RUNNING_DECAY * running + (1 - RUNNING_DECAY) * now
        below = running < search.aim * search.target_loss
        penalty *= search.penalty_growth if below else 1 / search.penalty_relief
        by_size[len(nodes)] = nodes
        watcher.tell(Progress("masks", step + 1, search.steps, now, len(nodes)))
    return [by_size[size] for size in sorted(by_size)]


def masked_loss(
    model: SparseTransformer, values: MeanValues, batch: Batch, gates: dict[NodeSite, Tensor]
) -> Tensor:
    """Task loss with every node behind its gate, nats; the gradient reaches the gates.

    Args:
        model: frozen.
        values: what closed gates put in their nodes' place.
        batch: pairs.
        gates: [width] by site.

    Returns:
        A scalar.
    """
    with replace(model, gated(gates, values)):
        difference = answer_difference(model(batch.tokens, batch.last), batch)
    return F.softplus(-difference).mean()


def shuffled_batches(pool: Batch, pairs: int, seed: int) -> Iterator[Batch]:
    """Batches of at most so many pairs from the shuffled pool, over and over."""
    generator = torch.Generator().manual_seed(seed)
    size = min(pairs, pool.pairs)
    for _ in itertools.count():
        order = torch.randperm(pool.pairs, generator=generator)
        for start in range(0, pool.pairs - size + 1, size):
            yield pool.select(order[start : start + size])
