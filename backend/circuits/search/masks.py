"""What learned masks are made of: Heaviside gates, the loss behind them, shuffled batches.

Gao et al. 2025, A.5: gates are Heaviside functions of real parameters; backward they have the
sigmoid's derivative at a temperature; a closed gate mean-ablates its node, at all tokens of all
prompts, with the weights frozen.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any, cast

import torch
from torch import Tensor
from torch.nn import functional as F

from backend.circuits.ablation import MeanValues, answer_difference
from backend.circuits.search.importance import gated
from models.hooks import replace
from models.sites import NodeSite
from models.transformer import SparseTransformer
from tasks.base import Batch


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
