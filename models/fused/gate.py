"""Gates that mix a node's value with another, read once forward and once backward.

With a value x, another m and a gate g the result is m + g (x - m). Backward, for a gradient d of
the result, the gradient of x is g d and that of g the sum of d (x - m) over rows; m has none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numba
import torch
from torch import Tensor

from models.fused.exponential import FASTMATH
from models.fused.support import serves
from models.threads import share_threads

PARTS = 16
"""Groups of rows whose gradients are summed apart: a sum does not depend on threads."""


@numba.njit(parallel=True, cache=True, fastmath=FASTMATH)
def _forward(x: Any, gate: Any, other: Any, out: Any) -> None:
    for row in numba.prange(x.shape[0]):
        for i in range(x.shape[1]):
            out[row, i] = other[i] + gate[i] * (x[row, i] - other[i])


@numba.njit(parallel=True, cache=True, fastmath=FASTMATH)
def _backward(x: Any, gate: Any, other: Any, grad: Any, grad_x: Any, parts: Any) -> None:
    rows, width = x.shape
    for part in numba.prange(PARTS):
        total = parts[part]
        for row in range(part * rows // PARTS, (part + 1) * rows // PARTS):
            for i in range(width):
                grad_x[row, i] = gate[i] * grad[row, i]
                total[i] += grad[row, i] * (x[row, i] - other[i])


class _Gate(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, gate: Tensor, other: Tensor) -> Tensor:
        flat = x.detach().reshape(-1, x.shape[-1]).contiguous()
        out = torch.empty_like(flat)
        share_threads(flat.numel())
        _forward(flat.numpy(), gate.detach().numpy(), other.detach().numpy(), out.numpy())
        ctx.save_for_backward(flat, gate, other)
        return out.view(x.shape)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, Tensor, None]:
        x, gate, other = (saved.detach() for saved in ctx.saved_tensors)
        grad = grads[0].reshape(x.shape).contiguous()
        grad_x, parts = torch.empty_like(x), x.new_zeros(PARTS, x.shape[1])
        share_threads(x.numel())
        _backward(
            x.numpy(), gate.numpy(), other.numpy(), grad.numpy(), grad_x.numpy(), parts.numpy()
        )
        return grad_x.view(grads[0].shape), parts.sum(0), None


_gate = cast(Callable[[Tensor, Tensor, Tensor], Tensor], _Gate.apply)


def fused_gate(x: Tensor, gate: Tensor, other: Tensor) -> Tensor:
    """Mix a value with another: other + gate * (x - other); no gradient reaches `other`.

    Args:
        x: [..., width].
        gate: [width].
        other: [width], or what broadcasts to x.
    """
    if serves(x, gate, other) and gate.shape == other.shape == x.shape[-1:]:
        return _gate(x, gate.contiguous(), other.contiguous())
    return other + gate * (x - other)
