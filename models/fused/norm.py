"""RMSNorm whose rows are read once forward and once backward.

With r = 1 / sqrt(mean(x^2) + eps) the result is x r w. Backward, for a gradient g of the result,
the gradient of x is r (w g - x r^2 mean(w g x)) and that of w the sum of g x r over rows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numba
import numpy as np
import torch
from torch import Tensor

from models.fused.exponential import FASTMATH
from models.fused.support import serves
from models.layers import ChannelNorm
from models.threads import share_threads

PARTS = 16
"""Groups of rows whose weight gradients are summed apart: a sum does not depend on threads."""


@numba.njit(parallel=True, cache=True, fastmath=FASTMATH)
def _forward(x: Any, weight: Any, eps: Any, out: Any, scale: Any) -> None:
    width = x.shape[1]
    for row in numba.prange(x.shape[0]):
        squares = np.float32(0)
        for i in range(width):
            squares += x[row, i] * x[row, i]
        r = np.float32(1) / np.sqrt(squares / np.float32(width) + eps)
        scale[row] = r
        for i in range(width):
            out[row, i] = x[row, i] * r * weight[i]


@numba.njit(parallel=True, cache=True, fastmath=FASTMATH)
def _backward(x: Any, weight: Any, scale: Any, grad: Any, grad_x: Any, parts: Any) -> None:
    rows, width = x.shape
    for part in numba.prange(PARTS):
        total = parts[part]
        for row in range(part * rows // PARTS, (part + 1) * rows // PARTS):
            r = scale[row]
            dot = np.float32(0)
            for i in range(width):
                product = grad[row, i] * x[row, i]
                dot += weight[i] * product
                total[i] += product * r
            pull = dot / np.float32(width) * r * r
            for i in range(width):
                grad_x[row, i] = r * (weight[i] * grad[row, i] - pull * x[row, i])


class _RMSNorm(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, eps: float) -> Tensor:
        flat = x.detach().reshape(-1, x.shape[-1]).contiguous()
        out, scale = torch.empty_like(flat), flat.new_empty(len(flat))
        share_threads(flat.numel())
        _forward(flat.numpy(), weight.detach().numpy(), np.float32(eps), out.numpy(), scale.numpy())
        ctx.save_for_backward(flat, weight, scale)
        return out.view(x.shape)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, Tensor, None]:
        x, weight, scale = ctx.saved_tensors
        grad = grads[0].reshape(x.shape).contiguous()
        grad_x, parts = torch.empty_like(x), x.new_zeros(PARTS, x.shape[1])
        share_threads(x.numel())
        _backward(
            x.numpy(),
            weight.detach().numpy(),
            scale.numpy(),
            grad.numpy(),
            grad_x.numpy(),
            parts.numpy(),
        )
        return grad_x.view(grads[0].shape), parts.sum(0), None


_rms_norm = cast(Callable[[Tensor, Tensor, float], Tensor], _RMSNorm.apply)


class FusedNorm(ChannelNorm):
    """An RMSNorm that shares another's weight.

    Args:
        norm: whose weight is shared.
    """

    def __init__(self, norm: ChannelNorm) -> None:
        torch.nn.Module.__init__(self)
        self.kind, self.eps, self.frozen = norm.kind, norm.eps, norm.frozen
        self.weight, self.bias = norm.weight, norm.bias

    def forward(self, x: Tensor) -> Tensor:
        """[..., width] -> [..., width]."""
        if self.frozen is not None or not serves(x):
            return super().forward(x)
        return _rms_norm(x, self.weight, self._eps(x))
