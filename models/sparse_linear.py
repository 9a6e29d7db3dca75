"""Linear maps with few nonzero weights, for frozen models on the CPU.

The nonzero weights are kept by row (compressed sparse rows). Tokens are taken 32 at a time and
turned so that a channel's values lie side by side: each weight then multiplies 32 of them in a few
vector instructions. Backward is the same with the transposed weights; weights get no gradient.

Small maps keep their dense weight beside that (`SparseLinear`), for those who look weights up; of
large ones only the nonzero weights are kept (`CompressedLinear`), and the dense matrix is made anew
for each who asks: a model of a hundred times more zeros than weights has no room for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
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
LARGE = 2**20
"""Entries from which a sparse map keeps no dense weight."""

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


def _compressed(matrix: Tensor) -> tuple[Rows, Rows]:
    """The nonzero weights of a matrix by row and by column."""
    rows, columns = matrix.nonzero(as_tuple=True)
    weights = matrix[rows, columns]
    order = columns.argsort(stable=True)
    return (
        _by_first(rows, columns, weights, matrix.shape[0]),
        _by_first(columns[order], rows[order], weights[order], matrix.shape[1]),
    )


def _by_first(first: Tensor, second: Tensor, weights: Tensor, count: int) -> Rows:
    counts = first.bincount(minlength=count)
    starts = torch.cat([counts.new_zeros(1), counts.cumsum(0)])
    return starts.to(torch.int32).numpy(), second.to(torch.int32).numpy(), weights.numpy()


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
        self.rows, self.columns = _compressed(weight)
        offset = weight.new_zeros(self.out_features) if bias is None else bias.detach()
        self.offset = offset.numpy()
        """[out_features]."""

    def forward(self, x: Tensor) -> Tensor:
        """[..., in_features] -> [..., out_features]."""
        if x.device.type != "cpu" or x.dtype != torch.float32:
            return nn.functional.linear(x, self.weight.to(x), self.bias)
        return _linear(x, self)

    @property
    def compressed_bytes(self) -> int:
        """What the nonzero weights take in memory, by row and by column."""
        return sum(array.nbytes for array in (*self.rows, *self.columns))


class CompressedLinear(SparseLinear):
    """A `SparseLinear` without a dense weight.

    `weight` makes one on every access, for whoever wants a look; `state_dict` holds it too. Among
    the parameters a tensor without data (on the device `meta`) stands in its place: it has the
    shape, and counting with it fails. `named_tensors` has the weights themselves.

    Args:
        linear: whose bias is shared; its weight is not needed afterwards.
    """

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__(linear)
        place = torch.empty(self.out_features, self.in_features, device="meta")
        self._parameters["weight"] = nn.Parameter(place, requires_grad=False)

    def __getattr__(self, name: str) -> Any:
        if name == "weight":
            return nn.Parameter(self._dense(), requires_grad=False)
        return super().__getattr__(name)

    def _dense(self) -> Tensor:
        """[out_features, in_features]."""
        starts, columns, weights = map(torch.from_numpy, self.rows)
        rows = torch.arange(self.out_features).repeat_interleave(starts.diff())
        dense = torch.zeros(self.out_features, self.in_features)
        dense[rows, columns.long()] = weights
        return dense

    def _save_to_state_dict(
        self, destination: dict[str, Any], prefix: str, keep_vars: bool
    ) -> None:
        super()._save_to_state_dict(destination, prefix, keep_vars)
        destination[f"{prefix}weight"] = self._dense()


def freeze(model: nn.Module) -> None:
    """Make a model read-only and fast: no gradients to weights, sparse linear maps, in place.

    Maps at least a tenth nonzero stay dense, and all do where numba is missing. Large sparse maps
    lose their dense weight, unless it is another module's too (a tied embedding).
    """
    model.eval().requires_grad_(False)
    others = {
        id(parameter)
        for module in model.modules()
        if not isinstance(module, nn.Linear)
        for parameter in module.parameters(recurse=False)
    }
    for name, module in list(model.named_modules()):
        if type(module) is nn.Linear:
            parent, _, last = name.rpartition(".")
            frozen = frozen_linear(module, shared=id(module.weight) in others)
            setattr(model.get_submodule(parent), last, frozen)


def frozen_linear(linear: nn.Linear, *, shared: bool = False) -> nn.Linear:
    """The same frozen map, by nonzero weights only if it has few.

    Args:
        linear: gets no gradient any more.
        shared: its weight is another module's too, so that nothing is won by doing without.
    """
    linear.requires_grad_(False)
    weight = linear.weight
    if _multiply is None or weight.device.type != "cpu" or not _is_sparse(weight):
        return linear
    large = weight.numel() >= LARGE and not shared
    return CompressedLinear(linear) if large else SparseLinear(linear)


def _is_sparse(weight: Tensor) -> bool:
    return int(weight.count_nonzero()) < DENSE_FROM * weight.numel()


def named_tensors(model: nn.Module) -> Iterator[tuple[str, Tensor]]:
    """The tensors of a model's `state_dict` in the order of their names, made one at a time."""
    for name in sorted(name for name, _ in model.named_parameters(remove_duplicate=False)):
        module, _, last = name.rpartition(".")
        yield name, getattr(model.get_submodule(module), last).detach()


def memory_bytes(model: nn.Module) -> int:
    """What a model's parameters take in memory, a tied one once."""
    dense = sum(each.nbytes for each in model.parameters() if not each.is_meta)
    sparse = [each for each in model.modules() if isinstance(each, SparseLinear)]
    return dense + sum(each.compressed_bytes for each in sparse)
