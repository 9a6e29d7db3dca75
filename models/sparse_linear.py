"""Linear maps with few nonzero weights, for frozen models on the CPU.

The nonzero weights are kept by row (compressed sparse rows). Tokens are taken 32 at a time and
turned so that a channel's values lie side by side: each weight then multiplies 32 of them in a few
vector instructions. Backward is the same with the transposed weights; weights get no gradient.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn

from models.threads import share_threads

DENSE_FROM = 0.1
"""Nonzero fraction from which maps stay dense; `benchmarks/sparse_products.py` times them."""
BLOCK = 32
"""Tokens multiplied together."""
TILE = 16
"""Results of a token written together: one cache line."""

Rows = tuple[Any, Any, Any]
"""Starts of the rows [rows + 1], column indices and weights [nonzero]."""


def _compile() -> Callable[..., None] | None:
    try:
        import numba
    except ImportError:  # `models.abs_topk` has warned
        return None

    @numba.njit(parallel=True, cache=True, fastmath=True, boundscheck=False)
    def multiply(x: Any, offset: Any, starts: Any, columns: Any, weights: Any, out: Any) -> None:
        tokens = x.shape[0]
        for block in numba.prange((tokens + BLOCK - 1) // BLOCK):
            first = block * BLOCK
            count = min(BLOCK, tokens - first)
            turned = np.zeros((x.shape[1], BLOCK), np.float32)
            for token in range(count):
                for column in range(x.shape[1]):
                    turned[column, token] = x[first + token, column]
            tile = np.empty((TILE, BLOCK), np.float32)
            for start in range(0, out.shape[1], TILE):
                width = min(TILE, out.shape[1] - start)
                for row in range(width):
                    total = tile[row]
                    for token in range(BLOCK):
                        total[token] = offset[start + row]
                    for place in range(starts[start + row], starts[start + row + 1]):
                        weight = weights[place]
                        values = turned[columns[place]]
                        for token in range(BLOCK):
                            total[token] += weight * values[token]
                for token in range(count):
                    for row in range(width):
                        out[first + token, start + row] = tile[row, token]

    return cast(Callable[..., None], multiply)


_multiply = _compile()


def _compressed(matrix: Tensor) -> Rows:
    rows, columns = matrix.nonzero(as_tuple=True)
    counts = rows.bincount(minlength=matrix.shape[0])
    starts = torch.cat([counts.new_zeros(1), counts.cumsum(0)])
    return (
        starts.to(torch.int32).numpy(),
        columns.to(torch.int32).numpy(),
        matrix[rows, columns].numpy(),
    )


def _product(x: Tensor, offset: Any, rows: Rows, width: int) -> Tensor:
    """[..., columns] times a matrix of `width` rows, plus offset: [..., width]."""
    assert _multiply is not None
    flat = x.detach().reshape(-1, x.shape[-1]).contiguous()
    out = flat.new_empty(len(flat), width)
    share_threads(flat.numel() + out.numel())
    _multiply(flat.numpy(), offset, *rows, out.numpy())
    return out.view(*x.shape[:-1], width)


class _Linear(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, linear: SparseLinear) -> Tensor:
        ctx.linear = linear
        return _product(x, linear.offset, linear.rows, linear.out_features)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None]:
        linear: SparseLinear = ctx.linear
        none = np.zeros(linear.in_features, np.float32)
        return _product(grads[0], none, linear.columns, linear.in_features), None


_linear = cast(Callable[[Tensor, "SparseLinear"], Tensor], _Linear.apply)


class SparseLinear(nn.Linear):
    """A frozen `nn.Linear` that multiplies by its nonzero weights only.

    Args:
        linear: whose weight and bias are shared; they must not change afterwards.
    """

    def __init__(self, linear: nn.Linear) -> None:
        nn.Module.__init__(self)
        self.in_features, self.out_features = linear.in_features, linear.out_features
        self.weight, self.bias = linear.weight, linear.bias
        weight, bias = linear.weight.detach(), cast("Tensor | None", linear.bias)
        self.rows, self.columns = _compressed(weight), _compressed(weight.T)
        offset = weight.new_zeros(self.out_features) if bias is None else bias.detach()
        self.offset = offset.numpy()
        """[out_features]."""

    def forward(self, x: Tensor) -> Tensor:
        """[..., in_features] -> [..., out_features]."""
        if x.device.type != "cpu" or x.dtype != torch.float32:
            return super().forward(x)
        return _linear(x, self)


def freeze(model: nn.Module) -> None:
    """Make a model read-only and fast: no gradients to weights, sparse linear maps, in place.

    Maps at least a tenth nonzero stay dense, and all do where numba is missing.
    """
    model.eval().requires_grad_(False)
    for module in list(model.modules()):
        for name, child in module.named_children():
            if type(child) is not nn.Linear or _multiply is None:
                continue
            if child.weight.device.type == "cpu" and _is_sparse(child.weight):
                setattr(module, name, SparseLinear(child))


def _is_sparse(weight: Tensor) -> bool:
    return int(weight.count_nonzero()) < DENSE_FROM * weight.numel()
