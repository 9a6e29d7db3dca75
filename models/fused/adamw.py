"""AdamW and the projection onto the largest magnitudes, in passes over whole tensors.

1. One pass updates the moments and the weights (Loshchilov & Hutter 2019), and counts the new
   weights by the leading bits of their magnitude, which order like integers.
2. The bin that the k-th largest magnitude lies in is read off the counts; a second pass gathers
   that bin alone, where the threshold is found by bisection: exactly the k-th largest magnitude.
3. A third pass zeroes what is smaller.

Where all weights stay there is only the first. The result does not depend on threads: tensors are
cut into the same parts whatever their number.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from torch import Tensor

from models.fused.exponential import FASTMATH
from models.threads import share_threads

PARTS = 16
BLOCK = 2048
"""Entries updated, then counted while they are still in the cache."""
SHIFT = 19
BINS = 1 << (31 - SHIFT)
"""Eight bits of the exponent and four of the fraction."""
MAGNITUDE = np.int32(0x7FFFFFFF)


@numba.njit(cache=True, fastmath=FASTMATH, error_model="numpy", nogil=True)
def _step(
    weight: Any, grad: Any, first: Any, second: Any, clip: Any, decay: Any, beta1: Any, beta2: Any,
    rate: Any, root: Any, eps: Any,
) -> None:  # fmt: skip
    one = np.float32(1)
    for i in range(weight.shape[0]):
        g = grad[i] * clip
        m = first[i] + (one - beta1) * (g - first[i])
        v = beta2 * second[i] + (one - beta2) * g * g
        first[i] = m
        second[i] = v
        weight[i] = weight[i] * decay - rate * m / (np.sqrt(v) * root + eps)


@numba.njit(parallel=True, cache=True)
def _update(
    weight: Any, grad: Any, first: Any, second: Any, clip: Any, decay: Any, beta1: Any, beta2: Any,
    rate: Any, root: Any, eps: Any, counts: Any,
) -> None:  # fmt: skip
    bits, size = weight.view(np.int32), weight.shape[0]
    for part in numba.prange(PARTS):
        last = (part + 1) * size // PARTS
        for start in range(part * size // PARTS, last, BLOCK):
            stop = min(last, start + BLOCK)
            _step(
                weight[start:stop], grad[start:stop], first[start:stop], second[start:stop],
                clip, decay, beta1, beta2, rate, root, eps,
            )  # fmt: skip
            if counts.shape[1]:
                for i in range(start, stop):
                    counts[part, (bits[i] & MAGNITUDE) >> SHIFT] += 1


@numba.njit(parallel=True, cache=True)
def _gather(bits: Any, chosen: Any, starts: Any, out: Any) -> None:
    for part in numba.prange(PARTS):
        place = starts[part]
        for i in range(part * len(bits) // PARTS, (part + 1) * len(bits) // PARTS):
            magnitude = bits[i] & MAGNITUDE
            if magnitude >> SHIFT == chosen:
                out[place] = magnitude
                place += 1


@numba.njit(cache=True)
def _kth(magnitudes: Any, k: int, low: Any, high: Any) -> Any:
    """The k-th largest of integers in [low, high)."""
    while high - low > 1:
        middle = low + (high - low) // 2
        count = 0
        for i in range(len(magnitudes)):
            count += magnitudes[i] >= middle
        if count >= k:
            low = middle
        else:
            high = middle
    return low


@numba.njit(cache=True, nogil=True)
def _zero_small(weight: Any, bits: Any, least: Any) -> None:
    for i in range(weight.shape[0]):
        weight[i] = weight[i] if (bits[i] & MAGNITUDE) >= least else np.float32(0)


@numba.njit(parallel=True, cache=True)
def _zero_below(weight: Any, bits: Any, least: Any) -> None:
    for part in numba.prange(PARTS):
        first, last = part * len(bits) // PARTS, (part + 1) * len(bits) // PARTS
        _zero_small(weight[first:last], bits[first:last], least)


def update(
    weight: Tensor,
    grad: Tensor,
    first: Tensor,
    second: Tensor,
    *,
    clip: float,
    step: int,
    rate: float,
    betas: tuple[float, float],
    eps: float,
    weight_decay: float,
    keep: int,
) -> None:
    """One step of AdamW, after which the `keep` largest magnitudes stay, and their ties.

    Args:
        weight: contiguous float32 on the CPU, updated in place.
        grad: of the same shape.
        first: first moments, updated in place.
        second: second moments, updated in place.
        clip: factor of the gradient.
        step: counted from 1.
        rate: learning rate.
        betas: decay of the moments.
        eps: added to the root of the second moment.
        weight_decay: decoupled.
        keep: entries that may stay nonzero.
    """
    beta1, beta2 = betas
    values, gradients, firsts, seconds = (
        t.detach().view(-1).numpy() for t in (weight, grad.contiguous(), first, second)
    )
    projected = keep < weight.numel()
    counts = np.zeros((PARTS, BINS if projected else 0), np.int32)
    share_threads(weight.numel() * 4)
    _update(
        values,
        gradients,
        firsts,
        seconds,
        np.float32(clip),
        np.float32(1 - rate * weight_decay),
        np.float32(beta1),
        np.float32(beta2),
        np.float32(rate / (1 - beta1**step)),
        np.float32((1 - beta2**step) ** -0.5),
        np.float32(eps),
        counts,
    )
    if projected:
        _keep_largest(values, keep, counts)


def _keep_largest(values: Any, keep: int, counts: Any) -> None:
    bits = values.view(np.int32)
    at_least = counts.sum(0, dtype=np.int64)[::-1].cumsum()[::-1]  # entries in a bin or above it
    chosen = int(np.flatnonzero(at_least >= keep)[-1])
    above = int(at_least[chosen + 1]) if chosen + 1 < BINS else 0
    of_parts = counts[:, chosen]
    starts = np.concatenate(([0], of_parts.cumsum(dtype=np.int64)))
    gathered = np.empty(starts[-1], np.int32)
    _gather(bits, np.int32(chosen), starts, gathered)
    low = chosen << SHIFT
    least = _kth(gathered, keep - above, np.int64(low), np.int64(low + (1 << SHIFT)))
    _zero_below(values, bits, np.int32(least))
