"""Linear maps with few nonzero weights, for frozen models on the CPU.

The nonzero weights are kept by column (compressed sparse columns). Forward, each nonzero input
adds its column to the output, so that zeros of the weights and of the input both cost nothing;
backward, each input gathers the gradient of its column. Weights get no gradient.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import torch
from torch import Tensor, nn

DENSE_FROM = 0.1
"""Nonzero fraction from which a dense product is as fast."""


def _compile() -> tuple[Callable[..., None], Callable[..., None]] | None:
    try:
        import numba
    except ImportError:  # `models.abs_topk` has warned
        return None

    @numba.njit(parallel=True, cache=True, fastmath=True, boundscheck=False)
    def scatter(x: Any, starts: Any, rows: Any, weights: Any, out: Any) -> None:
        for token in numba.prange(x.shape[0]):
            for column in range(x.shape[1]):
                value = x[token, column]
                if value != 0:
                    for place in range(starts[column], starts[column + 1]):
                        out[token, rows[place]] += weights[place] * value

    @numba.njit(parallel=True, cache=True, fastmath=True, boundscheck=False)
    def gather(grad: Any, starts: Any, rows: Any, weights: Any, out: Any) -> None:
        for token in numba.prange(out.shape[0]):
            for column in range(out.shape[1]):
                total = grad.dtype.type(0)
                for place in range(starts[column], starts[column + 1]):
                    total += weights[place] * grad[token, rows[place]]
                out[token, column] = total

    return cast(tuple[Callable[..., None], Callable[..., None]], (scatter, gather))


_kernels = _compile()


class _Product(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, linear: SparseLinear) -> Tensor:
        assert _kernels is not None
        ctx.linear = linear
        flat = x.detach().reshape(-1, linear.in_features).contiguous()
        out = flat.new_zeros(len(flat), linear.out_features)
        if linear.bias is not None:
            out += linear.bias
        _kernels[0](flat.numpy(), *linear.columns, out.numpy())
        return out.view(*x.shape[:-1], linear.out_features)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None]:
        assert _kernels is not None
        linear: SparseLinear = ctx.linear
        flat = grads[0].reshape(-1, linear.out_features).contiguous()
        out = flat.new_empty(len(flat), linear.in_features)
        _kernels[1](flat.numpy(), *linear.columns, out.numpy())
        return out.view(*grads[0].shape[:-1], linear.in_features), None


_product = cast(Callable[[Tensor, "SparseLinear"], Tensor], _Product.apply)


class SparseLinear(nn.Linear):
    """A frozen `nn.Linear` that multiplies by its nonzero weights only.

    Args:
        linear: whose weight and bias are shared; they must not change afterwards.
    """

    def __init__(self, linear: nn.Linear) -> None:
        nn.Module.__init__(self)
        self.in_features, self.out_features = linear.in_features, linear.out_features
        self.weight, self.bias = linear.weight, linear.bias
        columns, rows = linear.weight.detach().T.nonzero(as_tuple=True)
        counts = columns.bincount(minlength=self.in_features)
        starts = torch.cat([counts.new_zeros(1), counts.cumsum(0)])
        self.columns = (
            starts.to(torch.int32).numpy(),
            rows.to(torch.int32).numpy(),
            linear.weight.detach()[rows, columns].numpy(),
        )
        """Starts of the columns [in + 1], row indices and weights [nonzero]."""

    def forward(self, x: Tensor) -> Tensor:
        """[..., in_features] -> [..., out_features]."""
        if x.device.type != "cpu" or x.dtype != torch.float32:
            return super().forward(x)
        return _product(x, self)


def freeze(model: nn.Module) -> None:
    """Make a model read-only and fast: no gradients to weights, sparse linear maps, in place.

    Maps at least a tenth nonzero stay dense, and all do where numba is missing.
    """
    model.eval().requires_grad_(False)
    for module in list(model.modules()):
        for name, child in module.named_children():
            if type(child) is not nn.Linear or _kernels is None:
                continue
            if child.weight.device.type == "cpu" and _is_sparse(child.weight):
                setattr(module, name, SparseLinear(child))


def _is_sparse(weight: Tensor) -> bool:
    return int(weight.count_nonzero()) < DENSE_FROM * weight.numel()
