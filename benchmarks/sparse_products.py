"""How much faster a product by nonzero weights only is than a dense one, timed in turn.

python benchmarks/sparse_products.py
"""

from __future__ import annotations

import statistics
import time

import torch
from torch import nn

from models.sparse_linear import SparseLinear

TOKENS = 2600
"""100 pairs of 13 tokens."""
CASES = ((256, 1024, 0.02), (2048, 8192, 0.01), (2048, 8192, 0.001))
"""Inputs, outputs, nonzero fraction: the shipped checkpoint's MLP, and a published one's."""


def seconds(linear: nn.Linear, x: torch.Tensor) -> float:
    """One product."""
    begun = time.perf_counter()
    linear(x)
    return time.perf_counter() - begun


@torch.no_grad()
def main() -> None:
    """Print a line a case."""
    for inputs, outputs, fraction in CASES:
        dense = nn.Linear(inputs, outputs)
        dense.weight *= torch.rand(outputs, inputs) < fraction
        sparse, x = SparseLinear(dense), torch.randn(TOKENS, inputs)
        assert (dense(x) - sparse(x)).abs().max() < 1e-3
        timed = [(seconds(dense, x), seconds(sparse, x)) for _ in range(9)]
        slow, fast = (statistics.median(each) * 1e3 for each in zip(*timed, strict=True))
        ratio = statistics.median(a / b for a, b in timed)
        print(
            f"{inputs} -> {outputs}, {fraction:.1%} nonzero, {TOKENS} tokens: dense {slow:.1f} ms, "
            f"sparse {fast:.1f} ms, dense/sparse {ratio:.1f}"
        )


if __name__ == "__main__":
    main()
