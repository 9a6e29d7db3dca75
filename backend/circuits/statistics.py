"""How sure a number is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

RESAMPLES = 1000


@dataclass(frozen=True)
class Estimate:
    """A mean with its 95% percentile bootstrap interval."""

    value: float
    low: float
    high: float


def bootstrap(values: Tensor) -> list[Estimate]:
    """The mean of each column, with the interval that resampling the rows gives.

    Percentile bootstrap (Efron 1979) with 1000 resamples, the same for every call, so that equal
    data give equal intervals.

    Args:
        values: [n, columns]; a row is one independent unit, e.g. a pair.

    Returns:
        An estimate a column.
    """
    resampled = _weights(len(values)) @ values.double()  # [resamples, columns]
    low, high = resampled.quantile(torch.tensor([0.025, 0.975], dtype=torch.float64), dim=0)
    means = values.double().mean(0)
    return [
        Estimate(float(mean), float(below), float(above))
        for mean, below, above in zip(means, low, high, strict=True)
    ]


@lru_cache(maxsize=8)
def _weights(n: int) -> Tensor:
    """[resamples, n] share of each row in each resample."""
    generator = torch.Generator().manual_seed(0)
    rows = torch.randint(n, (RESAMPLES, n), generator=generator)
    ones = torch.ones(RESAMPLES, n, dtype=torch.float64)
    return torch.zeros(RESAMPLES, n, dtype=torch.float64).scatter_add(1, rows, ones) / n
