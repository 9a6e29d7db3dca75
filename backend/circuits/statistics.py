"""How sure a number is."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

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


def cluster_bootstrap(
    values: Tensor,
    clusters: Tensor,
    statistic: Callable[[Tensor], Tensor] | None = None,
    *,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> Estimate:
    """A number with the 95% interval that resampling whole clusters gives.

    Percentile bootstrap over clusters (Davison & Hinkley 1997, 3.8; Efron 1979): as many clusters
    as there are, drawn with replacement, all rows of a cluster together. Pairs of one template
    resemble each other, so resampling single pairs would make intervals too narrow. With few
    clusters the intervals are coarse: 3 templates have 10 different resamples, and the ends are
    often those of single templates; one cluster has no interval, its ends are the value.

    Args:
        values: [rows] or [rows, columns].
        clusters: [rows] which cluster a row belongs to, e.g. `batch.template`.
        statistic: takes the columns' means, [resamples, columns], to a number each, [resamples];
            None for the mean of the only column. Ratios, correlations and differences of means
            are functions of means. Resamples in which it is NaN are left out.
        seed: of the resamples.
        resamples: how many.
    """
    columns = values.double().reshape(len(values), -1)
    of = statistic or (lambda means: means.squeeze(-1))
    _, index, counts = clusters.unique(return_inverse=True, return_counts=True)
    sums = torch.zeros(len(counts), columns.shape[1], dtype=torch.float64)
    sums.index_add_(0, index, columns)
    drawn = _drawn(len(counts), resamples, seed)  # [resamples, clusters]
    means = (drawn @ sums) / (drawn @ counts.double()).unsqueeze(-1)
    low, high = of(means).nanquantile(torch.tensor([0.025, 0.975], dtype=torch.float64))
    value = of(columns.mean(0, keepdim=True))
    return Estimate(float(value), float(low), float(high))


def wilson(share: float, tries: int) -> tuple[float, float]:
    """95% score interval of a share (Wilson 1927).

    Args:
        share: from 0 to 1.
        tries: independent ones that it is the share of, at least 1.
    """
    z = NormalDist().inv_cdf(0.975)
    spread = z * math.sqrt(share * (1 - share) / tries + (z / (2 * tries)) ** 2)
    middle, scale = share + z**2 / (2 * tries), 1 + z**2 / tries
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


@lru_cache(maxsize=8)
def _drawn(clusters: int, resamples: int, seed: int) -> Tensor:
    """[resamples, clusters] how often each cluster is in each resample."""
    generator = torch.Generator().manual_seed(seed)
    chosen = torch.randint(clusters, (resamples, clusters), generator=generator)
    ones = torch.ones(resamples, clusters, dtype=torch.float64)
    return torch.zeros(resamples, clusters, dtype=torch.float64).scatter_add(1, chosen, ones)


@lru_cache(maxsize=8)
def _weights(n: int) -> Tensor:
    """[resamples, n] share of each row in each resample."""
    generator = torch.Generator().manual_seed(0)
    rows = torch.randint(n, (RESAMPLES, n), generator=generator)
    ones = torch.ones(RESAMPLES, n, dtype=torch.float64)
    return torch.zeros(RESAMPLES, n, dtype=torch.float64).scatter_add(1, rows, ones) / n
