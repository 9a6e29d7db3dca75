"""Exp in compiled code, as loops of vectors."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

FASTMATH = {"nsz", "arcp", "contract", "afn", "reassoc"}
"""What may be reordered; infinities and NaN keep their meaning."""


@numba.njit(cache=True, fastmath=FASTMATH, nogil=True)
def exponentials(x: Any, bits: Any) -> None:
    """Exp(x) in place, for x up to 0, within a few units of the last place.

    2 to the power of the nearest integer is put together from its bits, what is left of the
    exponent goes into a Taylor polynomial. Below the smallest normal float the result is about 0.

    Args:
        x: [n].
        bits: [n] int32, scratch.
    """
    for i in range(x.shape[0]):
        y = max(x[i] * np.float32(1.4426950408889634), np.float32(-126))
        whole = np.floor(y + np.float32(0.5))
        bits[i] = (np.int32(whole) + np.int32(127)) << np.int32(23)
        r = (y - whole) * np.float32(0.6931471805599453)
        p = np.float32(1 / 5040)
        p = p * r + np.float32(1 / 720)
        p = p * r + np.float32(1 / 120)
        p = p * r + np.float32(1 / 24)
        p = p * r + np.float32(1 / 6)
        p = p * r + np.float32(0.5)
        p = p * r + np.float32(1)
        x[i] = p * r + np.float32(1)
    scale = bits.view(np.float32)
    for i in range(x.shape[0]):
        x[i] *= scale[i]
