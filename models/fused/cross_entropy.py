"""Unembedding, bigram table and next-token loss, some rows at a time, with their gradients.

Logits of all rows at once would be the largest tensors of a step, read and written many times. Of
a few rows they stay in the cache: there they become the loss, then their own gradient, softmax
less one at the target, from which the gradients of what made them are added up. So the gradients
are computed along with the loss, and backward only hands them out. The bigram table has none: it
is not trained.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numba
import numpy as np
import torch
from torch import Tensor

from models.fused.exponential import FASTMATH, exponentials
from models.fused.support import serves
from models.threads import share_threads
from models.transformer import SparseTransformer

CHUNK = 512
"""Rows worked on together."""


@numba.njit(parallel=True, cache=True, fastmath=FASTMATH)
def _losses(
    logits: Any, bias: Any, bigram: Any, tokens: Any, targets: Any, share: Any, losses: Any
) -> None:
    """Losses of some rows; `logits` become the gradient of their sum times `share`."""
    vocab = logits.shape[1]
    for n in numba.prange(logits.shape[0]):
        row, target = logits[n], targets[n]
        bits = np.empty(vocab, np.int32)
        largest = np.float32(-np.inf)
        for i in range(vocab):
            row[i] += bias[i]
        if len(bigram):
            follows = bigram[tokens[n]]
            for i in range(vocab):
                row[i] += follows[i]
        for i in range(vocab):
            largest = max(largest, row[i])
        answer = row[target] - largest
        for i in range(vocab):
            row[i] -= largest
        exponentials(row, bits)
        total = np.float32(0)
        for i in range(vocab):
            total += row[i]
        losses[n] = np.log(total) - answer
        factor = share / total
        for i in range(vocab):
            row[i] *= factor
        row[target] -= share


class _Loss(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, x: Tensor, weight: Tensor, bias: Tensor, bigram: Tensor,
        tokens: Tensor, targets: Tensor,
    ) -> Tensor:  # fmt: skip
        x, weight, bias = x.detach(), weight.detach(), bias.detach()
        to_x, to_weight = torch.empty_like(x), torch.zeros_like(weight)
        to_bias = torch.zeros_like(bias)
        losses = x.new_empty(len(x))
        buffer = x.new_empty(CHUNK, len(weight))
        share = np.float32(1 / len(x))
        for start in range(0, len(x), CHUNK):
            rows = slice(start, min(start + CHUNK, len(x)))
            logits = torch.mm(x[rows], weight.T, out=buffer[: rows.stop - start])
            share_threads(logits.numel())
            _losses(
                logits.numpy(),
                bias.numpy(),
                bigram.numpy(),
                tokens[rows].numpy(),
                targets[rows].numpy(),
                share,
                losses[rows].numpy(),
            )
            to_bias += logits.sum(0)
            torch.mm(logits, weight, out=to_x[rows])
            to_weight.addmm_(logits.T, x[rows])
        ctx.save_for_backward(to_x, to_weight, to_bias)
        return losses.mean()

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        (grad,) = grads
        own: tuple[Tensor, ...] = ctx.saved_tensors
        return (*(own if float(grad) == 1 else (t * grad for t in own)), None, None, None)


_loss = cast(Callable[..., Tensor], _Loss.apply)


def fused_loss(model: SparseTransformer, tokens: Tensor) -> Tensor:
    """As `models.training.next_token_loss`, for training: it computes gradients at once.

    Args:
        model: a transformer with float32 weights on the CPU.
        tokens: [batch, pos].

    Returns:
        Scalar, nats.

    Raises:
        ValueError: the model is elsewhere or of another type; take `next_token_loss`.
    """
    weight = model.unembedding.weight
    if not serves(weight):
        raise ValueError(
            f"a model of {weight.dtype} on {weight.device} was given: the compiled loss takes "
            "float32 on the CPU, outside autocast; take next_token_loss"
        )
    before, after = tokens[:, :-1], tokens[:, 1:]
    x = model.final_norm(model.residual(before))  # [batch, pos - 1, d_model]
    bigram = weight.new_empty(0, 0) if model.bigram is None else model.bigram
    rows = (before.reshape(-1), after.reshape(-1))
    return _loss(x.flatten(0, 1), weight, model.logit_bias, bigram, *rows)
