"""AbsTopK: keep the entries of largest magnitude of each row, zero the rest.

Gao et al. 2025, A.1. The k-th largest magnitude is found by bisection on the bits of the floats
(which order like integers for magnitudes) in a compiled kernel on the CPU; everywhere else, and
where numba is missing, by `torch.topk`. Both give the same threshold, exactly.

Deviation: entries that tie with the k-th largest are all kept, so a row may keep more than k. For
trained weights this happens only at zero, where it changes no value but lets the gradient reach
channels that are silent because their weights were pruned.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import Any, cast

import torch
from torch import Tensor

from models.threads import share_threads

_kernels: ModuleType | None
try:
    _kernels = import_module("models.abs_topk_kernel")
except ImportError:
    warnings.warn(
        "numba is not installed: AbsTopK falls back on torch.topk, which is much "
        "slower on the CPU; install numba to mend it",
        RuntimeWarning,
        stacklevel=2,
    )
    _kernels = None


def _compiled_for(x: Tensor) -> bool:
    return _kernels is not None and x.device.type == "cpu" and x.dtype == torch.float32


def kth_magnitude(x: Tensor, k: int) -> Tensor:
    """A threshold t a row such that the entries with |x| >= t are the k largest, and their ties.

    Args:
        x: [rows, width].
        k: entries to keep, 1 <= k <= width.

    Returns:
        [rows, 1], same dtype. Between the (k+1)-th magnitude (exclusive) and the k-th (inclusive).
    """
    if _kernels is None or not _compiled_for(x):
        return x.abs().topk(k, dim=-1, sorted=False).values.amin(dim=-1, keepdim=True)
    out = torch.empty(x.shape[0], dtype=torch.int32)
    share_threads(x.numel())
    _kernels.thresholds(x.detach().contiguous().view(torch.int32).numpy(), k, out.numpy())
    return out.view(torch.float32).unsqueeze(-1)


class _AbsTopK(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, k: int) -> Tensor:
        flat = x.detach().reshape(-1, x.shape[-1]).contiguous()
        if _kernels is not None and _compiled_for(flat):
            out, keep = torch.empty_like(flat), torch.empty_like(flat, dtype=torch.bool)
            bits = flat.view(torch.int32).numpy()
            share_threads(flat.numel())
            _kernels.keep_largest(flat.numpy(), bits, k, out.numpy(), keep.numpy())
        else:
            keep = flat.abs() >= kth_magnitude(flat, k)
            out = torch.where(keep, flat, 0)
        ctx.save_for_backward(keep.view(x.shape))
        return out.view(x.shape)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None]:
        (keep,) = ctx.saved_tensors
        (grad,) = grads
        if _kernels is None or not _compiled_for(grad) or grad.requires_grad:
            return torch.where(keep, grad, 0), None
        rows = (-1, grad.shape[-1])
        grad, out = grad.contiguous(), torch.empty(grad.shape)
        share_threads(grad.numel())
        _kernels.masked(grad.view(rows).numpy(), keep.view(rows).numpy(), out.view(rows).numpy())
        return out, None


_apply = cast(Callable[[Tensor, int], Tensor], _AbsTopK.apply)


def abs_topk(x: Tensor, k: int) -> Tensor:
    """Keep the k entries of largest magnitude of each row, and their ties; zero the rest.

    Args:
        x: [..., width].
        k: entries to keep; a row no wider than k is returned as it is.

    Returns:
        [..., width]. The gradient flows through the kept entries only.
    """
    if k >= x.shape[-1]:
        return x
    return _apply(x, k)
