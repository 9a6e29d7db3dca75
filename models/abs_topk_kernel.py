"""AbsTopK's compiled loops. They work on the bits of floats, whose magnitudes order like integers.

Functions of a module, not of a function: so their machine code is kept between processes.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np


@numba.njit(inline="always")
def _threshold(row: Any, k: int) -> Any:
    width = row.shape[0]
    largest = np.int32(0)
    for column in range(width):
        largest = max(largest, row[column] & np.int32(0x7FFFFFFF))
    low, high = np.int32(0), largest + np.int32(1)
    # Invariant: at least k entries are >= low, fewer than k are >= high.
    while high - low > 1:
        middle = low + (high - low) // 2
        count = np.int32(0)
        for column in range(width):
            count += np.int32((row[column] & np.int32(0x7FFFFFFF)) >= middle)
        if count >= k:
            low = middle
            if count == k:
                break
        else:
            high = middle
    return low


@numba.njit(parallel=True, cache=True, boundscheck=False)
def thresholds(bits: Any, k: int, out: Any) -> None:
    """Bits of a threshold that the k largest magnitudes of each row reach, and their ties.

    Args:
        bits: [rows, width] int32.
        k: entries, 1 <= k <= width.
        out: [rows] int32.
    """
    for row in numba.prange(bits.shape[0]):
        out[row] = _threshold(bits[row], k)


@numba.njit(parallel=True, cache=True, boundscheck=False)
def keep_largest(x: Any, bits: Any, k: int, out: Any, keep: Any) -> None:
    """The entries of each row that reach the threshold, and where they are.

    Args:
        x: [rows, width].
        bits: the same memory as int32.
        k: entries, 1 <= k <= width.
        out: [rows, width], zero where the threshold is not reached.
        keep: [rows, width] bool.
    """
    for row in numba.prange(bits.shape[0]):
        least = _threshold(bits[row], k)
        for column in range(bits.shape[1]):
            kept = (bits[row, column] & np.int32(0x7FFFFFFF)) >= least
            keep[row, column] = kept
            out[row, column] = x[row, column] if kept else np.float32(0)


@numba.njit(parallel=True, cache=True, boundscheck=False)
def masked(x: Any, keep: Any, out: Any) -> None:
    """X where `keep` is set, else 0; all [rows, width]."""
    for row in numba.prange(x.shape[0]):
        for column in range(x.shape[1]):
            out[row, column] = x[row, column] if keep[row, column] else np.float32(0)
