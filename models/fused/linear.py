"""Linear maps of sparse weights, whose inputs AbsTopK has made sparse too.

Most products of an input and a weight have a zero in them. For every token only its nonzero inputs
are gone through, and for each only the nonzero weights it has: with a quarter of the inputs and
2% of the weights these are 0.5% of all. Backward the gradient of the inputs is found in the same
way, as AbsTopK has made the gradient of the outputs sparse. The gradient of the weights is dense,
as the method needs it, and a dense product.

Where more is nonzero a dense product is faster, and is taken.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numba
import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.fused.support import serves
from models.threads import share_threads

SPARSE_BELOW = 0.015
"""Share of products without a zero below which going through them one by one is faster."""
SAMPLE = 64
"""Tokens that tell how much of an input is nonzero."""
PARTS = 64
"""Groups of tokens whose sums are taken apart: a sum does not depend on threads."""


@numba.njit(cache=True, nogil=True)
def _count(x: Any) -> int:
    """How many entries are nonzero."""
    count = np.int32(0)
    for i in range(x.shape[0]):
        count += np.int32(x[i] != 0)
    return int(count)


@numba.njit(cache=True, nogil=True)
def _compress(matrix: Any, starts: Any, places: Any, weights: Any) -> None:
    """The nonzero entries of each row: where they start, their columns and values."""
    place = 0
    for row in range(matrix.shape[0]):
        starts[row] = place
        for column in range(matrix.shape[1]):
            if matrix[row, column] != 0:
                places[place] = column
                weights[place] = matrix[row, column]
                place += 1
    starts[matrix.shape[0]] = place


@numba.njit(parallel=True, cache=True, boundscheck=False)
def _multiply(
    x: Any, starts: Any, places: Any, weights: Any, offset: Any, out: Any, sums: Any
) -> None:
    tokens, inputs = x.shape
    for part in numba.prange(PARTS):
        found = np.empty(inputs, np.int32)
        total = sums[part]
        for token in range(part * tokens // PARTS, (part + 1) * tokens // PARTS):
            count = 0
            for i in range(inputs):
                found[count] = i
                count += x[token, i] != 0
            row = out[token]
            for i in range(row.shape[0]):
                row[i] = offset[i]
            for f in range(count):
                i = found[f]
                value = x[token, i]
                total[i] += value
                for place in range(starts[i], starts[i + 1]):
                    row[places[place]] += value * weights[place]


def _product(x: Tensor, matrix: Tensor, nonzero: int, offset: Tensor) -> tuple[Tensor, Tensor]:
    """Products by the nonzero entries of a matrix, and what is multiplied summed over tokens.

    Args:
        x: [tokens, inputs].
        matrix: [inputs, outputs].
        nonzero: entries of the matrix.
        offset: [outputs], added.

    Returns:
        [tokens, outputs] and [inputs].
    """
    starts = np.empty(len(matrix) + 1, np.int32)
    places, weights = np.empty(nonzero, np.int32), np.empty(nonzero, np.float32)
    _compress(matrix.contiguous().numpy(), starts, places, weights)
    out, sums = x.new_empty(len(x), matrix.shape[1]), x.new_zeros(PARTS, x.shape[1])
    share_threads(x.numel() + out.numel())
    _multiply(x.numpy(), starts, places, weights, offset.numpy(), out.numpy(), sums.numpy())
    return out, sums.sum(0)


def _is_sparse(x: Tensor, nonzero: int, weight: Tensor) -> bool:
    share = nonzero / weight.numel()
    if share >= min(1, 4 * SPARSE_BELOW):
        return False
    sample = x[:: max(1, len(x) // SAMPLE)].contiguous()
    return share * _count(sample.view(-1).numpy()) / sample.numel() < SPARSE_BELOW


class _Linear(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        weight = weight.detach()
        flat = x.detach().reshape(-1, x.shape[-1]).contiguous()
        ctx.nonzero, ctx.biased = _count(weight.view(-1).numpy()), bias is not None
        ctx.save_for_backward(flat, weight)
        if _is_sparse(flat, ctx.nonzero, weight):
            offset = weight.new_zeros(len(weight)) if bias is None else bias.detach()
            out, _ = _product(flat, weight.T, ctx.nonzero, offset)
        else:
            out = F.linear(flat, weight, bias)
        return out.view(*x.shape[:-1], len(weight))

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, Tensor | None, Tensor | None]:
        x, weight = ctx.saved_tensors
        grad = grads[0].reshape(-1, len(weight)).contiguous()
        if _is_sparse(grad, ctx.nonzero, weight):
            zeros = weight.new_zeros(weight.shape[1])
            to_x, to_bias = _product(grad, weight, ctx.nonzero, zeros)
        else:
            to_x, to_bias = grad @ weight, grad.sum(0)
        to_x = to_x.view(*grads[0].shape[:-1], weight.shape[1])
        to_weight = grad.T @ x if ctx.needs_input_grad[1] else None
        return to_x, to_weight, to_bias if ctx.biased else None


_linear = cast(Callable[[Tensor, Tensor, "Tensor | None"], Tensor], _Linear.apply)


class FusedLinear(nn.Linear):
    """A linear map that shares another's weight and bias.

    Args:
        linear: whose parameters are shared.
    """

    def __init__(self, linear: nn.Linear) -> None:
        nn.Module.__init__(self)
        self.in_features, self.out_features = linear.in_features, linear.out_features
        self.weight, self.bias = linear.weight, linear.bias

    def forward(self, x: Tensor) -> Tensor:
        """[..., in_features] -> [..., out_features]."""
        if not serves(x, self.weight):
            return super().forward(x)
        return _linear(x, self.weight, self.bias)
